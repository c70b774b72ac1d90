//! Inputs of the guest's calls, from fixed entropy. Where sizes vary, the largest that the chain
//! allows are among them.

use crate::ceremony::{entropy, Ceremony, Fallible};
use codec::Encode;
use symbolon_crypto::{
	ceremony::confirm::SecretShare,
	cover::Subtree,
	extraction::{KeyRequest, TransportSecret},
	hash::{sha256, CurveTag},
	permit::Chunk,
	DealerIndex, Epoch, Identity, KeyId, Purpose, Serial,
};

/// One measurement.
pub struct Case {
	/// What is measured, for people.
	pub label: String,
	/// The guest's call.
	pub call: &'static str,
	/// Its SCALE input.
	pub input: Vec<u8>,
}

/// Sizes of committees; the last is the largest of this chain (`MAX_MEMBERS`).
const COMMITTEES: [u16; 3] = [4, 7, 16];
/// Permits in a chunk, the last as many as `PERMITS_PER_CHUNK`.
const CHUNKS: [u64; 2] = [1, 32];

fn case(label: impl Into<String>, call: &'static str, input: impl Encode) -> Case {
	Case { label: label.into(), call, input: input.encode() }
}

/// All measurements: calls first, single operations after them.
pub fn all() -> Fallible<Vec<Case>> {
	let mut cases = Vec::new();
	for n in COMMITTEES {
		let ceremony = Ceremony::run(n)?;
		cases.extend(of_ceremony(n, &ceremony)?);
		if n == COMMITTEES[0] {
			cases.extend(of_key(&ceremony)?);
		}
	}
	cases.sort_by_key(|case| {
		symbolon_bench_calls::CALLS.iter().position(|(name, _)| *name == case.call)
	});
	cases.extend(operations()?);
	Ok(cases)
}

/// The calls of a ceremony of `n` members. The member is the one at which evaluating commitments
/// costs most.
fn of_ceremony(n: u16, ceremony: &Ceremony) -> Fallible<Vec<Case>> {
	let Ceremony { sid, threshold, members, dealings, outcome, .. } = ceremony;
	let position = usize::from(n).saturating_sub(2);
	let member = members.get(position).ok_or("no members")?;
	let dealing = dealings.get(position).ok_or("no dealings")?;
	let indices = ceremony.indices();
	let dealer = DealerIndex::from(member.index);
	let (wrong, complaint) = ceremony.complaint(position)?;
	let confirmation = ceremony.confirmation(position)?;
	let mut cases = vec![
		case(format!("dealing, n = {n}"), "dealing", (sid, dealer, threshold, &indices, dealing)),
		case(
			format!("one complaint, n = {n}"),
			"complaint",
			((sid, threshold, &indices, wrong), member.index, member.registration.key, complaint),
		),
		case(
			format!("end of Judge, n = {n}"),
			"end_of_judge",
			(sid, threshold, &indices, dealings),
		),
		case(
			format!("confirmation, n = {n}"),
			"confirmation",
			(sid, outcome.qualified(), outcome.sums(), member.index, confirmation),
		),
	];
	if n == COMMITTEES[0] {
		let input = (sid, member.index, member.account, member.registration);
		cases.push(case("registration", "registration", input));
	}
	Ok(cases)
}

/// The calls that need a key.
fn of_key(ceremony: &Ceremony) -> Fallible<Vec<Case>> {
	let master = ceremony.outcome.master_public_key().encode();
	let key_id = KeyId::derive(&[7; 32], 1, &master);
	let shares = (0..usize::from(ceremony.threshold))
		.map(|position| ceremony.share(position))
		.collect::<Fallible<Vec<_>>>()?;
	let share = shares.first().ok_or("no shares")?;
	// The longest name there is.
	let identity: Identity = format!("{}@{}", "n".repeat(64), "s".repeat(64)).parse()?;
	let serial = Serial::new(Serial::END - 1).ok_or("no serial")?;
	let transport = TransportSecret::generate(entropy("transport"));
	let asked = transport.request(&key_id, &identity, entropy("ask"));
	let request = KeyRequest { key_id, serial, identity: identity.clone(), purpose: Purpose::Sign };
	let partial = share.extract(&request, 1, &asked.point.decode()?, entropy("partial"));
	let public = share.verification_key().encode();
	let statement = (key_id, serial, &identity, Purpose::Sign);
	let mut cases = vec![
		case("transport key", "transport_key", (key_id, &identity, asked)),
		case("reported partial key", "partial_key", (statement, asked.point, public, partial)),
	];
	let epoch = Epoch { number: 500, start: 1_800_000_000, end: 1_800_003_600 };
	for length in CHUNKS {
		let subtrees = (0..length)
			.map(|i| Subtree::new(5, i).ok_or("no subtree"))
			.collect::<Result<Vec<_>, _>>()?;
		let permits = permits(&key_id, &epoch, &subtrees, &shares)?;
		let label = format!("chunk of permits, p = {length}");
		cases.push(case(label, "permit_chunk", (master, key_id, epoch, subtrees, permits)));
	}
	Ok(cases)
}

fn permits(
	key_id: &KeyId,
	epoch: &Epoch,
	subtrees: &[Subtree],
	shares: &[SecretShare],
) -> Fallible<Vec<symbolon_crypto::G1Bytes>> {
	let chunk = Chunk { key_id, epoch, first: 0, subtrees };
	let made: Vec<_> =
		shares.iter().map(|share| (share.member(), share.permit_shares(&chunk))).collect();
	let threshold = u16::try_from(shares.len())?;
	chunk.combine(&made, threshold).map_err(|error| error.to_string().into())
}

/// Single operations on the curve.
fn operations() -> Fallible<Vec<Case>> {
	// Below the group's order, whose first byte is 0x73.
	let mut scalar = sha256(b"scalar");
	scalar[0] = 0x5a;
	let g1 = CurveTag::Permit.hash(b"any point").encode();
	let g2 = SecretShare::from_bytes(
		symbolon_crypto::MemberIndex::new(1).ok_or("no index")?,
		&symbolon_crypto::SecretBytes::take(&mut sha256(b"x").map(|byte| byte & 0x3f)),
	)
	.ok_or("no scalar")?
	.verification_key()
	.encode();
	Ok(vec![
		case("G1: decode, subgroup check", "g1_decode", g1),
		case("G2: decode, subgroup check", "g2_decode", g2),
		case("G1: hash of 64 bytes", "g1_hash", [sha256(b"a"), sha256(b"b")]),
		case("G1: times a scalar", "g1_mul", scalar),
		case("G2: times a scalar", "g2_mul", scalar),
		case("G2: evaluate t = 11 at 15", "g2_evaluate", 11u16),
		case("product of 2 pairings", "pairing_2", ()),
		case("product of 3 pairings", "pairing_3", ()),
	])
}
