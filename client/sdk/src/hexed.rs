//! Bytes as text: `0x` and lower-case hex digits.

use thiserror::Error;
use zeroize::Zeroizing;

/// Why text is not the bytes expected.
#[derive(Clone, PartialEq, Debug, Error)]
pub enum HexError {
	/// Not hex digits.
	#[error("expected hex digits, got {0}")]
	Digits(hex::FromHexError),
	/// Another number of bytes.
	#[error("expected {expected} bytes in hex, got {found}")]
	Length {
		/// Bytes expected.
		expected: usize,
		/// Bytes in the text.
		found: usize,
	},
}

/// `0x` and hex digits.
pub fn encode(bytes: &[u8]) -> String {
	format!("0x{}", hex::encode(bytes))
}

/// The bytes of hex digits; `0x` may lead.
///
/// # Errors
///
/// [`HexError::Digits`].
pub fn decode(text: &str) -> Result<Vec<u8>, HexError> {
	hex::decode(text.strip_prefix("0x").unwrap_or(text)).map_err(HexError::Digits)
}

/// As [`decode`], for exactly `N` bytes.
///
/// # Errors
///
/// [`HexError`].
pub fn decode_array<const N: usize>(text: &str) -> Result<[u8; N], HexError> {
	let bytes = decode(text)?;
	let found = bytes.len();
	bytes.try_into().map_err(|_| HexError::Length { expected: N, found })
}

/// As [`decode_array`], without a copy that is not wiped.
///
/// # Errors
///
/// [`HexError`].
pub fn decode_secret<const N: usize>(text: &str) -> Result<Zeroizing<[u8; N]>, HexError> {
	let digits = text.strip_prefix("0x").unwrap_or(text);
	let mut bytes = Zeroizing::new([0; N]);
	match hex::decode_to_slice(digits, &mut *bytes) {
		Ok(()) => Ok(bytes),
		Err(hex::FromHexError::InvalidStringLength) => {
			Err(HexError::Length { expected: N, found: digits.len() / 2 })
		}
		Err(error) => Err(HexError::Digits(error)),
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn hex_goes_both_ways_and_bad_text_is_refused() {
		assert_eq!(encode(&[0, 0xff]), "0x00ff");
		assert_eq!(decode("0x00ff").unwrap(), [0, 0xff]);
		assert_eq!(decode_array::<2>("00FF").unwrap(), [0, 0xff]);
		assert!(matches!(decode("0x0"), Err(HexError::Digits(_))));
		assert!(matches!(decode("zz"), Err(HexError::Digits(_))));
		let length = HexError::Length { expected: 3, found: 2 };
		assert_eq!(decode_array::<3>("0x00ff"), Err(length.clone()));
		assert_eq!(*decode_secret::<2>("0x00ff").unwrap(), [0, 0xff]);
		assert_eq!(decode_secret::<3>("0x00ff"), Err(length));
		assert!(matches!(decode_secret::<2>("0x0"), Err(HexError::Digits(_))));
		assert!(matches!(decode_secret::<1>("zz"), Err(HexError::Digits(_))));
	}
}
