//! Headers that were altered or made up: each refused, and with one error once they are well-formed.

use crate::{
	by_hand::{g2, scalar},
	by_hand_sealed::Sealing,
	common::{bad_g2, flipped, identity, serial, Committee, EPOCH},
	encryption::{key_at, recipient, same, to_all_levels, to_level},
};
use bls12_381::G2Projective;
use symbolon_crypto::{
	encryption::{HeaderError, OpenError, SealedHeader, MAX_HEADER_LEN},
	extraction::{IdentityKey, Opening},
	hash::sha256,
	Epoch, G2Bytes, Identity, SecretBytes,
};

fn sealing<'a>(committee: &Committee, name: &'a Identity) -> Sealing<'a> {
	Sealing {
		key_id: committee.key_id,
		master: committee.master,
		identity: name,
		serial: recipient().1,
		epoch: EPOCH,
		entropy: sha256(b"forged"),
	}
}

/// Every byte, one bit of it flipped: no header any more, or the one error.
#[test]
fn every_flipped_byte_is_refused() {
	let committee = Committee::four();
	let key = key_at(committee, 3);
	let bytes = to_level(committee, 3).0.to_bytes();
	let (mut malformed, mut closed) = (0, 0);
	for (position, altered) in flipped(&bytes, 0..bytes.len()) {
		match SealedHeader::from_bytes(&altered) {
			Ok(header) => {
				assert_eq!(key.open(&header).err(), Some(OpenError), "{position}");
				closed += 1;
			}
			Err(_) => malformed += 1,
		}
	}
	// Everything in U, V_l and the key identifier is still a header.
	assert!(closed >= 96 + 32 + 32 && malformed > 0, "{closed} closed, {malformed} malformed");
}

/// In a header for all levels the masks of other levels are not this key's concern: the payload's
/// associated data binds them. Its own mask and `U` are.
#[test]
fn only_masks_of_other_levels_may_change() {
	let committee = Committee::four();
	let (header, right) = to_all_levels(committee);
	let key = key_at(committee, 3);
	let bytes = header.to_bytes();
	let masks = bytes.len() - 41 * 33;
	for (position, altered) in flipped(&bytes, (masks + 1..bytes.len()).step_by(33)) {
		let header = SealedHeader::from_bytes(&altered).unwrap();
		match ((position - masks) / 33, key.open(&header)) {
			(3, opened) => assert_eq!(opened.err(), Some(OpenError)),
			(level, opened) => assert!(same(&opened.ok().unwrap(), &right), "{level}"),
		}
	}
}

#[test]
fn bytes_of_another_length_are_refused() {
	let bytes = to_level(Committee::four(), 3).0.to_bytes();
	for length in 0..bytes.len() {
		let error = SealedHeader::from_bytes(&bytes[..length]).unwrap_err();
		assert_eq!(error, HeaderError::Format, "{length}");
	}
	for more in [1, 33, MAX_HEADER_LEN, 1 << 20] {
		let longer = [&bytes[..], &vec![0; more]].concat();
		assert_eq!(SealedHeader::from_bytes(&longer), Err(HeaderError::Format), "{more}");
	}
	for suite in [0, 2, 255] {
		let mut other = bytes.clone();
		other[0] = suite;
		assert_eq!(SealedHeader::from_bytes(&other), Err(HeaderError::Suite(suite)));
	}
}

#[test]
fn levels_ascend_from_0_to_40() {
	let (name, _) = recipient();
	let sealing = sealing(Committee::four(), &name);
	let u = g2(G2Projective::generator());
	let with = |levels: &[u8]| {
		let masked: Vec<_> = levels.iter().map(|level| (*level, [*level; 32])).collect();
		SealedHeader::from_bytes(&sealing.wire(&u, &masked)).map(|header| header.levels().count())
	};
	let all: Vec<u8> = (0..=40).collect();
	assert_eq!((with(&[0]), with(&[40]), with(&all)), (Ok(1), Ok(1), Ok(41)));
	for refused in [&[][..], &[41], &[64], &[255], &[3, 3], &[3, 2], &[0, 1, 1], &[0, 41], &[41, 0]]
	{
		assert_eq!(with(refused), Err(HeaderError::Levels), "{refused:?}");
	}
	let mut many = all.clone();
	many.push(41);
	assert!(with(&many).is_err());
	many[41] = 40;
	assert!(with(&many).is_err());
	// A short name leaves room for more levels within the longest header's length.
	let name = identity("a@b");
	let sealing = Sealing { identity: &name, ..sealing };
	let masked = vec![(7, [7; 32]); 44];
	let bytes = sealing.wire(&u, &masked[..]);
	assert!(bytes.len() <= MAX_HEADER_LEN);
	assert_eq!(SealedHeader::from_bytes(&bytes), Err(HeaderError::Levels));
	// A count of 2^30 - 1 with nothing behind it.
	let mut endless = sealing.wire(&u, &[]);
	endless.pop();
	endless.extend_from_slice(&[0xfe, 0xff, 0xff, 0xff]);
	assert_eq!(SealedHeader::from_bytes(&endless), Err(HeaderError::Format));
}

#[test]
fn empty_epochs_serials_and_names_out_of_bounds_are_refused() {
	let (name, number) = recipient();
	let bytes = to_level(Committee::four(), 3).0.to_bytes();
	let at_serial = 1 + 32 + 1 + name.as_bytes().len();
	let mut wide = bytes.clone();
	assert_eq!(wide[at_serial..][..8], number.get().to_le_bytes());
	wide[at_serial + 5] = 1;
	assert_eq!(SealedHeader::from_bytes(&wide), Err(HeaderError::Format));
	let mut upper = bytes.clone();
	upper[34] = b'P';
	assert_eq!(SealedHeader::from_bytes(&upper), Err(HeaderError::Format));
	for epoch in [Epoch { end: EPOCH.start, ..EPOCH }, Epoch { end: 0, ..EPOCH }] {
		let sealing = Sealing { epoch, ..sealing(Committee::four(), &name) };
		let wire = sealing.wire(&g2(G2Projective::generator()), &[(3, [0; 32])]);
		assert_eq!(SealedHeader::from_bytes(&wire), Err(HeaderError::Epoch));
	}
}

/// The identity, points outside the subgroup, off the curve, not canonical.
#[test]
fn points_that_are_none_do_not_open() {
	let committee = Committee::four();
	let (name, _) = recipient();
	let sealing = sealing(committee, &name);
	let key = key_at(committee, 3);
	let masked = sealing.masked(3, &sealing.exponent(), "DECRYPT");
	let open =
		|u: &G2Bytes| key.open(&SealedHeader::from_bytes(&sealing.wire(u, &[masked])).unwrap());
	assert!(open(&g2(G2Projective::generator() * sealing.exponent())).is_ok());
	for (what, u) in bad_g2() {
		assert_eq!(open(&u).err(), Some(OpenError), "{what}");
	}
}

/// A sender whose `U` is not the one that the seed gives: with it the recipient would be an oracle.
#[test]
fn an_exponent_of_choice_does_not_open() {
	let committee = Committee::four();
	let (name, _) = recipient();
	let sealing = sealing(committee, &name);
	let key = key_at(committee, 3);
	let chosen = scalar("chosen");
	let masked = sealing.masked(3, &chosen, "DECRYPT");
	let wire = sealing.wire(&g2(G2Projective::generator() * chosen), &[masked]);
	assert_eq!(key.open(&SealedHeader::from_bytes(&wire).unwrap()).err(), Some(OpenError));
	// The right exponent, negated.
	let negated = -sealing.exponent();
	let masked = sealing.masked(3, &negated, "DECRYPT");
	let wire = sealing.wire(&g2(G2Projective::generator() * negated), &[masked]);
	assert_eq!(key.open(&SealedHeader::from_bytes(&wire).unwrap()).err(), Some(OpenError));
}

/// A message to the point of purpose Sign does not open with the Decrypt key; and the type of an
/// opening key takes none of purpose Sign, also not from storage.
#[test]
fn purposes_do_not_mix() {
	let committee = Committee::four();
	let (name, number) = recipient();
	let sealing = sealing(committee, &name);
	let u = sealing.exponent();
	let wire = sealing.wire(&g2(G2Projective::generator() * u), &[sealing.masked(3, &u, "SIGN")]);
	let header = SealedHeader::from_bytes(&wire).unwrap();
	assert_eq!(key_at(committee, 3).open(&header).err(), Some(OpenError));
	let sign: IdentityKey<symbolon_crypto::extraction::Signing> = committee.issue(number, &name);
	let bytes = SecretBytes::take(&mut { *sign.to_bytes().expose() });
	let as_opening = IdentityKey::<Opening>::from_bytes(
		&committee.key_id,
		number,
		&name,
		&bytes,
		&committee.master,
	);
	assert!(as_opening.is_none());
}

/// The key of another device does not open what is addressed to it by changing the address: the
/// address is in the masks.
#[test]
fn readdressed_headers_do_not_open() {
	let committee = Committee::four();
	let mine = recipient();
	let theirs = (identity("pump-8@demo"), serial(mine.1.get() ^ 1));
	let sealing = sealing(committee, &mine.0);
	let wire = sealing.header(&[40]);
	let u = G2Bytes(wire[wire.len() - 33 - 1 - 96..][..96].try_into().unwrap());
	let mask = wire[wire.len() - 32..].try_into().unwrap();
	let other = Sealing { identity: &theirs.0, serial: theirs.1, ..sealing };
	let header = SealedHeader::from_bytes(&other.wire(&u, &[(40, mask)])).unwrap();
	let permit = committee.permit(&EPOCH, theirs.1.ancestor(40));
	let key = committee.opening_key(theirs.1, &theirs.0, &permit);
	assert_eq!(key.open(&header).err(), Some(OpenError));
}
