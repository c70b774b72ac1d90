//! What members of the committee sign when their workers submit work.
//!
//! Such a call travels as a general transaction, free of charge, authorised by the member's
//! `symb` session key over [`signed_bytes`]. The genesis hash keeps it on one chain, the tag on
//! one call, the payload names ceremony, epoch or share version.

use alloc::vec::Vec;
use codec::Encode;
use symbolon_crypto::MemberIndex;

/// Key type of the members' session key.
pub const KEY_TYPE: [u8; 4] = *b"symb";

/// Which call a member signs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CallTag {
	/// `dta.register`
	Register,
	/// `dta.deal`
	Deal,
	/// `dta.judge`
	Judge,
	/// `dta.confirm`
	Confirm,
	/// `epochs.submit_permit_shares`
	PermitShares,
	/// `epochs.publish_permits`
	Permits,
	/// `issuance.submit_partials`
	Partials,
	/// `issuance.report_partial`
	Report,
}

impl CallTag {
	/// The tag's text.
	pub const fn as_str(self) -> &'static str {
		match self {
			Self::Register => "dta.register",
			Self::Deal => "dta.deal",
			Self::Judge => "dta.judge",
			Self::Confirm => "dta.confirm",
			Self::PermitShares => "epochs.submit_permit_shares",
			Self::Permits => "epochs.publish_permits",
			Self::Partials => "issuance.submit_partials",
			Self::Report => "issuance.report_partial",
		}
	}
}

/// `SCALE(genesis_hash, tag, member, payload)`, tag as a string.
pub fn signed_bytes<P: Encode>(
	genesis_hash: &[u8; 32],
	tag: CallTag,
	member: MemberIndex,
	payload: &P,
) -> Vec<u8> {
	(genesis_hash, tag.as_str(), member, payload).encode()
}
