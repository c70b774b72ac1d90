//! The calls. Each says which part of the runtime it stands for.

use alloc::vec::Vec;
use codec::{Decode, DecodeAll};
use symbolon_crypto::{
	ceremony::{
		confirm::{Confirmation, Outcome, SecretShare},
		deal::Dealing,
		judge::{Complaint, Verdict},
		register::{CeremonySecret, Registration},
		CeremonyId,
	},
	cover::Subtree,
	curve::{pairing_product_is_one, G1, G2},
	extraction::{KeyRequest, PartialKey, TransportKey},
	hash::CurveTag,
	permit::Chunk,
	sharing::evaluate_commitments,
	DealerIndex, Epoch, G1Bytes, G2Bytes, Identity, KeyId, MemberIndex, Purpose, SecretBytes,
	Serial,
};

fn decoded<T: Decode>(mut input: &[u8]) -> Option<T> {
	T::decode_all(&mut input).ok()
}

/// `Dta::register`: `(sid, member, account, registration)`.
pub fn registration(input: &[u8]) -> Option<bool> {
	let (sid, member, account, registration): (CeremonyId, MemberIndex, [u8; 32], Registration) =
		decoded(input)?;
	Some(registration.verify(&sid, member, &account).is_ok())
}

/// `Dta::deal`: `(sid, dealer, t, registered members, dealing)`.
pub fn dealing(input: &[u8]) -> Option<bool> {
	let (sid, dealer, threshold, receivers, dealing): (
		CeremonyId,
		DealerIndex,
		u16,
		Vec<MemberIndex>,
		Dealing,
	) = decoded(input)?;
	Some(dealing.verify(&sid, dealer, threshold, &receivers).is_ok())
}

/// One complaint of `Dta::judge`, which is right: `((sid, t, registered members, dealing), member,
/// E_j, complaint)`.
pub fn complaint(input: &[u8]) -> Option<bool> {
	type Stored = (CeremonyId, u16, Vec<MemberIndex>, Dealing);
	let ((sid, threshold, receivers, dealing), member, key, complaint): (
		Stored,
		MemberIndex,
		G1Bytes,
		Complaint,
	) = decoded(input)?;
	let dealing = dealing.open(&sid, complaint.dealer, threshold, &receivers).ok()?;
	let key = key.decode().ok()?;
	Some(dealing.judge(member, &key, &complaint) == Verdict::Dealer)
}

/// The end of the Judge phase with every dealer qualified: `(sid, t, registered members, dealings
/// by ascending dealer)`.
pub fn end_of_judge(input: &[u8]) -> Option<bool> {
	let (sid, threshold, receivers, dealings): (CeremonyId, u16, Vec<MemberIndex>, Vec<Dealing>) =
		decoded(input)?;
	let opened: Vec<_> = dealings
		.iter()
		.enumerate()
		.filter_map(|(position, dealing)| {
			let dealer = DealerIndex::from_position(position)?;
			dealing.open(&sid, dealer, threshold, &receivers).ok()
		})
		.collect();
	let outcome = Outcome::genesis(&sid, &opened).ok()?;
	Some(outcome.qualified().len() == dealings.len() && !outcome.sums().is_empty())
}

/// `Dta::confirm`: `(sid, QUAL, [A_k], member, confirmation)`.
pub fn confirmation(input: &[u8]) -> Option<bool> {
	let (sid, qualified, sums, member, confirmation): (
		CeremonyId,
		Vec<DealerIndex>,
		Vec<G2Bytes>,
		MemberIndex,
		Confirmation,
	) = decoded(input)?;
	let outcome = Outcome::from_parts(&sid, qualified, &sums).ok()?;
	Some(outcome.verify_confirmation(member, &confirmation).is_ok())
}

/// `Epochs::publish_permits`: `(P, key_id, epoch, subtrees, permits)`.
pub fn permit_chunk(input: &[u8]) -> Option<bool> {
	let (public, key_id, epoch, subtrees, permits): (
		G2Bytes,
		KeyId,
		Epoch,
		Vec<Subtree>,
		Vec<G1Bytes>,
	) = decoded(input)?;
	let public = public.decode().ok()?;
	let chunk = Chunk { key_id: &key_id, epoch: &epoch, first: 0, subtrees: &subtrees };
	Some(chunk.verify(&permits, &public).is_ok())
}

/// One request of `Registry::register` and `register_many`: `(key_id, identity, transport key)`.
pub fn transport_key(input: &[u8]) -> Option<bool> {
	let (key_id, identity, transport): (KeyId, Identity, TransportKey) = decoded(input)?;
	Some(transport.verify(&key_id, &identity).is_ok())
}

/// `Issuance::report_partial`: `(key_id, serial, identity, purpose, T, P_j, partial key)`.
pub fn partial_key(input: &[u8]) -> Option<bool> {
	type Request = (KeyId, Serial, Identity, Purpose);
	let (request, transport, public, partial): (Request, G1Bytes, G2Bytes, PartialKey) =
		decoded(input)?;
	let (key_id, serial, identity, purpose) = request;
	let request = KeyRequest { key_id, serial, identity, purpose };
	let (transport, public) = (transport.decode().ok()?, public.decode().ok()?);
	Some(partial.verify(&request, &transport, &public).is_ok())
}

/// Decoding a point of G1.
pub fn g1_decode(input: &[u8]) -> Option<bool> {
	Some(decoded::<G1Bytes>(input)?.decode().is_ok())
}

/// Decoding a point of G2.
pub fn g2_decode(input: &[u8]) -> Option<bool> {
	Some(decoded::<G2Bytes>(input)?.decode().is_ok())
}

/// Hashing the input to G1.
pub fn g1_hash(input: &[u8]) -> Option<bool> {
	Some(!CurveTag::Permit.hash(input).is_identity())
}

/// The generator of G1 times the input, a scalar.
pub fn g1_mul(input: &[u8]) -> Option<bool> {
	let mut scalar: [u8; 32] = decoded(input)?;
	let secret = CeremonySecret::from_bytes(&SecretBytes::take(&mut scalar))?;
	Some(!secret.public().is_identity())
}

/// The generator of G2 times the input, a scalar.
pub fn g2_mul(input: &[u8]) -> Option<bool> {
	let mut scalar: [u8; 32] = decoded(input)?;
	let share = SecretShare::from_bytes(MemberIndex::new(1)?, &SecretBytes::take(&mut scalar))?;
	Some(!share.verification_key().is_identity())
}

/// As many commitments as the input's number, evaluated at the index whose evaluation costs most
/// below 17: 15 has four doublings and four additions.
pub fn g2_evaluate(input: &[u8]) -> Option<bool> {
	let commitments = alloc::vec![G2::generator(); usize::from(decoded::<u16>(input)?)];
	Some(!evaluate_commitments(&commitments, MemberIndex::new(15)?).is_identity())
}

/// A product of two pairings, which is one. The cost does not depend on the points.
pub fn pairing_2(_: &[u8]) -> Option<bool> {
	let (g1, g2) = (G1::generator(), G2::generator());
	Some(pairing_product_is_one(&[(g1, g2), (-g1, g2)]))
}

/// A product of three pairings, which is one.
pub fn pairing_3(_: &[u8]) -> Option<bool> {
	let (g1, g2) = (G1::generator(), G2::generator());
	Some(pairing_product_is_one(&[(g1, g2), (g1, g2), (-(g1 + g1), g2)]))
}
