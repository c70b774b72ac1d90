//! Bounds of the chain. Each is the same number in runtime, node and client.

/// Most members of a committee on this chain.
///
/// The end of judging opens every dealing in the runtime, and a Judge message may make it open
/// `n - t + 1` more; 16 keeps each of them within half a block.
pub const MAX_MEMBERS: u32 = 16;
/// Subtrees in one chunk of an epoch's cover: what one call publishes permits for.
pub const PERMITS_PER_CHUNK: u32 = 32;
/// Registrations in one `register_many`.
pub const MAX_REGISTER_BATCH: u32 = 32;
/// Serials that one authority answers in one call.
pub const MAX_PARTIALS_PER_CALL: u32 = 8;
/// Key requests that wait or can still be reported, at a time.
pub const MAX_QUEUE: u32 = 4096;
/// Blocks for which partial keys stay on chain after enough authorities answered: two hours of
/// 2-second blocks. Together with [`MAX_QUEUE`] it bounds how many keys are issued; a device that
/// comes later has its registrar request them again.
pub const REPORT_WINDOW: u32 = 3_600;
/// Key requests whose partial keys are pruned in one block.
pub const MAX_PRUNED_PER_BLOCK: u32 = 64;
/// Blocks of serials that a namespace can own.
pub const MAX_BLOCKS_PER_NAMESPACE: u32 = 64;
/// Entries of the epoch schedule.
pub const MAX_SCHEDULE: u32 = 256;
/// Epochs whose snapshots and permits are kept.
pub const EPOCH_HISTORY: u64 = 64;
/// Revoked subtrees over all namespaces. Bounds the work of freezing a snapshot and the permits of
/// an epoch: `r` revocations in an aligned block of `2^b` serials leave a cover of at most
/// `r·b + 40 - b` subtrees.
pub const MAX_REVOCATIONS: u32 = 512;
/// Old entries (permits and chunks) that are pruned in one block.
pub const MAX_PRUNED_PERMITS_PER_BLOCK: u32 = 128;
/// Chunks that one member works on in one block.
pub const CHUNKS_PER_BLOCK: u32 = 4;
/// Blames that are kept.
pub const MAX_BLAMES: u32 = 1024;
/// Share of an epoch before its start in which its snapshot is frozen, as a divisor: an eighth.
pub const LEAD_DIVISOR: u64 = 8;
/// Fewest blocks before an epoch's start in which its snapshot is frozen.
pub const LEAD_BLOCKS: u64 = 10;
/// Blocks after which the next member in the order may submit a combined chunk.
pub const SUBMIT_TURN: u32 = 2;
/// Seconds by which a vault's clock and the chain may differ.
pub const VAULT_SKEW: u64 = 30;

/// Seconds before an epoch's start at which its snapshot is frozen:
/// `max(LEAD_BLOCKS blocks, length / LEAD_DIVISOR)`, at most one whole epoch.
pub const fn lead(epoch_length: u64, slot_millis: u64) -> u64 {
	let blocks = (LEAD_BLOCKS * slot_millis).div_ceil(1000);
	let share = epoch_length / LEAD_DIVISOR;
	let lead = if blocks > share { blocks } else { share };
	if lead > epoch_length {
		epoch_length
	} else {
		lead
	}
}
