//! Foreign text that is fit for a log.

use std::fmt::{self, Display, Write};

/// Longest text that is shown, in characters of the original.
pub const MAX_TEXT: usize = 300;

/// Shows a text with everything escaped that is not printable ASCII, so that nothing a peer chose
/// moves a terminal's cursor, begins a line or turns its direction; cut after [`MAX_TEXT`].
#[derive(Clone, Copy, Debug)]
pub struct Escaped<T>(pub T);

impl<T: Display> Display for Escaped<T> {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		write!(Writer { out: f, left: MAX_TEXT }, "{}", self.0)
	}
}

struct Writer<'a, 'b> {
	out: &'a mut fmt::Formatter<'b>,
	left: usize,
}

impl Write for Writer<'_, '_> {
	fn write_str(&mut self, text: &str) -> fmt::Result {
		for character in text.chars() {
			match self.left.checked_sub(1) {
				Some(left) => self.left = left,
				None => return Ok(()),
			}
			match character {
				'\\' => self.out.write_str("\\\\")?,
				' '..='~' => self.out.write_char(character)?,
				other => write!(self.out, "{}", other.escape_default())?,
			}
			if self.left == 0 {
				self.out.write_str("...")?;
			}
		}
		Ok(())
	}
}
