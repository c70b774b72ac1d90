//! Changes of a good message, told by an input: mutations that keep most of its structure.

/// Most changes of one message.
const MOST: usize = 64;
/// No message grows beyond this.
const LONGEST: usize = 1 << 11;

/// `message` with changes: `program` holds four bytes for each, what to do, where (`u16`, modulo the
/// length) and with what. An incomplete change at its end is left out.
pub fn apply(message: &[u8], program: &[u8]) -> Vec<u8> {
	let mut message = message.to_vec();
	for change in program.chunks_exact(4).take(MOST) {
		let &[what, low, high, value] = change else { continue };
		let at = usize::from(u16::from_le_bytes([low, high])) % (message.len() + 1);
		let end = message.len().min(at + usize::from(value));
		match what % 8 {
			0 => {
				if let Some(byte) = message.get_mut(at) {
					*byte ^= value;
				}
			}
			1 => {
				if let Some(byte) = message.get_mut(at) {
					*byte = value;
				}
			}
			2 if message.len() < LONGEST => message.insert(at, value),
			3 => drop(message.drain(at..end)),
			4 => message.truncate(at),
			5 if message.len() < LONGEST => message.extend_from_within(at..end),
			6 => message[at..end].fill(0xff),
			7 => message[at..end].fill(0),
			_ => {}
		}
	}
	message
}
