//! The protocol written a second time, straight from its specification and on the curve library
//! alone: what a stranger's implementation would send, and what a liar's would.

use bls12_381::{
	hash_to_curve::{ExpandMsgXmd, HashToCurve, HashToField},
	G1Affine, G1Projective, G2Affine, G2Projective, Scalar,
};
use codec::Encode;
use sha2::{Digest, Sha256, Sha512};
use symbolon_crypto::{
	ceremony::{
		deal::{Dealing, Receiver},
		judge::Complaint,
		register::CeremonySecret,
		CeremonyId,
	},
	cover::Subtree,
	proof::Proof,
	DealerIndex, Epoch, G1Bytes, G2Bytes, Identity, KeyId, MemberIndex, ScalarBytes, Serial,
};

/// `H2S[usage](message)`.
pub fn h2s(usage: &str, message: &[u8]) -> Scalar {
	let dst = format!("SYMBOLON-V1-{usage}-with-XMD:SHA-256_SCALAR_");
	let mut out = [Scalar::zero()];
	Scalar::hash_to_field::<ExpandMsgXmd<Sha256>, _>([message], dst.as_bytes(), &mut out);
	out[0]
}

/// `H_usage(message)` in G1.
pub fn h2c(usage: &str, message: &[u8]) -> G1Projective {
	let dst = format!("SYMBOLON-V1-{usage}-with-BLS12381G1_XMD:SHA-256_SSWU_RO_");
	<G1Projective as HashToCurve<ExpandMsgXmd<Sha256>>>::hash_to_curve([message], dst.as_bytes())
}

/// Any scalar, by name.
pub fn scalar(label: &str) -> Scalar {
	h2s("TEST", label.as_bytes())
}

pub fn g1(point: impl Into<G1Affine>) -> G1Bytes {
	G1Bytes(point.into().to_compressed())
}

pub fn g2(point: impl Into<G2Affine>) -> G2Bytes {
	G2Bytes(point.into().to_compressed())
}

pub fn raw_g1(bytes: &G1Bytes) -> G1Projective {
	G1Affine::from_compressed(&bytes.0).unwrap().into()
}

pub fn raw_g2(bytes: &G2Bytes) -> G2Projective {
	G2Affine::from_compressed(&bytes.0).unwrap().into()
}

pub fn big_endian(scalar: &Scalar) -> ScalarBytes {
	let mut bytes = scalar.to_bytes();
	bytes.reverse();
	ScalarBytes(bytes)
}

pub fn raw_scalar(bytes: &[u8; 32]) -> Scalar {
	let mut bytes = *bytes;
	bytes.reverse();
	Scalar::from_bytes(&bytes).unwrap()
}

/// A point on the curve of order 3, outside the subgroup: `x = 0`.
pub fn of_order_three() -> G1Projective {
	let mut encoded = [0; 48];
	encoded[0] = 0x80;
	G1Affine::from_compressed_unchecked(&encoded).unwrap().into()
}

/// A Schnorr proof over `statement ‖ R`, `R` as `commit` encodes it for the nonce.
fn prove(
	usage: &str,
	witness: &Scalar,
	statement: &[u8],
	commit: impl Fn(&Scalar) -> Vec<u8>,
) -> Proof {
	let k = h2s("TEST-NONCE", &[usage.as_bytes(), &witness.to_bytes(), statement].concat());
	let e = h2s(usage, &[statement, &commit(&k)].concat());
	Proof { e: big_endian(&e), z: big_endian(&(k + e * witness)) }
}

/// A dealer that is free to lie: what it publishes need not be what it shares.
pub struct Dealer {
	/// What the shares are computed from.
	pub coefficients: Vec<Scalar>,
	/// What is published as `[A_k]`.
	pub commitments: Vec<G2Projective>,
	/// What the proof of knowledge of `a_0` is made with.
	pub witness: Scalar,
	pub rho: Scalar,
}

impl Dealer {
	pub fn honest(label: &str, threshold: u16) -> Self {
		let coefficients: Vec<_> =
			(0..threshold).map(|k| scalar(&format!("{label} coefficient {k}"))).collect();
		Self {
			commitments: coefficients.iter().map(|a| G2Projective::generator() * a).collect(),
			witness: coefficients[0],
			coefficients,
			rho: scalar(&format!("{label} rho")),
		}
	}

	fn value(&self, member: MemberIndex) -> Scalar {
		let x = Scalar::from(u64::from(member.get()));
		self.coefficients.iter().rev().fold(Scalar::zero(), |sum, a| sum * x + a)
	}

	/// The dealing; `tamper` turns each right share into the one that is sent.
	pub fn deal(
		&self,
		sid: &CeremonyId,
		dealer: DealerIndex,
		receivers: &[Receiver],
		tamper: impl Fn(MemberIndex, Scalar) -> Scalar,
	) -> Dealing {
		let commitments: Vec<G2Bytes> = self.commitments.iter().map(g2).collect();
		let concatenated: Vec<u8> = commitments.iter().flat_map(|a| a.0).collect();
		let digest_a: [u8; 32] = Sha256::digest(&concatenated).into();
		let c = g1(G1Projective::generator() * self.rho);
		let base = h2c("DEALING", &(sid, dealer, c).encode());
		let c_hat = g1(base * self.rho);
		let shares: Vec<ScalarBytes> = receivers
			.iter()
			.map(|receiver| {
				let key = receiver.key.encode();
				let shared = g1(raw_g1(&key) * self.rho);
				let pad =
					h2s("PAD", &(sid, dealer, receiver.index, digest_a, c, key, shared).encode());
				big_endian(&(tamper(receiver.index, self.value(receiver.index)) + pad))
			})
			.collect();
		let delta = delta(sid, dealer, &commitments, &c, &c_hat, &shares);
		let same_rho =
			prove("DEALING-DLEQ", &self.rho, &(sid, dealer, delta, c, c_hat).encode(), |k| {
				(g1(G1Projective::generator() * k), g1(base * k)).encode()
			});
		let knowledge = prove(
			"DEALING-POK",
			&self.witness,
			&(sid, dealer, delta, commitments[0]).encode(),
			|k| g2(G2Projective::generator() * k).encode(),
		);
		Dealing { commitments, c, c_hat, shares, same_rho, knowledge }
	}
}

/// `δ_i`.
pub fn delta(
	sid: &CeremonyId,
	dealer: DealerIndex,
	commitments: &[G2Bytes],
	c: &G1Bytes,
	c_hat: &G1Bytes,
	shares: &[ScalarBytes],
) -> [u8; 32] {
	let mut hasher = Sha256::new().chain_update(sid.0).chain_update(dealer.get().to_le_bytes());
	commitments.iter().for_each(|a| hasher.update(a.0));
	hasher.update(c.0);
	hasher.update(c_hat.0);
	shares.iter().for_each(|z| hasher.update(z.0));
	hasher.finalize().into()
}

/// A complaint of `member`: `K = shown·c`, with a proof made as if `shown` were `x_j`.
pub fn complain(
	sid: &CeremonyId,
	dealer: DealerIndex,
	dealing: &Dealing,
	member: MemberIndex,
	secret: &CeremonySecret,
	shown: &Scalar,
) -> Complaint {
	let c = raw_g1(&dealing.c);
	let k = g1(c * shown);
	let statement =
		(sid, dealer, member, dealing.digest(sid, dealer), secret.public().encode(), dealing.c, k);
	let proof = prove("COMPLAINT", shown, &statement.encode(), |nonce| {
		(g1(G1Projective::generator() * nonce), g1(c * nonce)).encode()
	});
	Complaint { dealer, k, proof }
}

/// `M`, field by field.
pub struct Message<'a> {
	pub key_id: KeyId,
	pub domain: &'a str,
	pub identity: &'a Identity,
	pub serial: Serial,
	pub epoch: Epoch,
	pub subtree: Subtree,
	pub message: &'a [u8],
}

impl Message<'_> {
	fn bytes(&self) -> Vec<u8> {
		let mut bytes = self.key_id.0.to_vec();
		bytes.push(1);
		self.domain.as_bytes().encode_to(&mut bytes);
		self.identity.as_bytes().encode_to(&mut bytes);
		for number in [self.serial.get(), self.epoch.number, self.epoch.start, self.epoch.end] {
			bytes.extend_from_slice(&number.to_le_bytes());
		}
		bytes.push(self.subtree.level());
		bytes.extend_from_slice(&self.subtree.index().to_le_bytes());
		bytes.extend_from_slice(&Sha512::digest(self.message));
		bytes
	}

	/// `Q = H_id + H_permit`.
	fn q(&self) -> G1Projective {
		let id = (self.key_id.0, self.serial.get(), self.identity.as_bytes()).encode();
		let epoch = (self.epoch.number, self.epoch.start, self.epoch.end);
		let permit = (self.key_id.0, epoch, self.subtree.level(), self.subtree.index()).encode();
		h2c("IDENTITY-SIGN", &id) + h2c("PERMIT", &permit)
	}

	/// `(U, V)` with `d` as the epoch key, right or wrong.
	pub fn sign(&self, d: &G1Projective) -> (G1Bytes, G1Bytes) {
		let k = scalar("signature nonce");
		let u = g1(self.q() * k);
		let h = h2s("SIGNATURE", &[&self.bytes(), &u.0[..]].concat());
		(u, g1(d * (k + h)))
	}

	/// The wire form, field by field.
	pub fn wire(&self, (u, v): (G1Bytes, G1Bytes)) -> Vec<u8> {
		let (level, index) = (self.subtree.level(), self.subtree.index());
		self.wire_with(self.serial.get(), level, index, (u, v))
	}

	/// The wire form with any numbers for serial, level and index.
	pub fn wire_with(
		&self,
		serial: u64,
		level: u8,
		index: u64,
		(u, v): (G1Bytes, G1Bytes),
	) -> Vec<u8> {
		let epoch = (self.epoch.number, self.epoch.start, self.epoch.end);
		(1u8, self.identity.as_bytes(), serial, epoch, level, index, u, v).encode()
	}
}
