//! The operator's view of the vault: `symbolon-node vault …`, and its passphrase.

use crate::cli::VaultCommand;
use std::path::Path;
use symbolon_vault::{hold, release, Passphrase, Vault};

/// Any error, for the command line.
type BoxedError = Box<dyn std::error::Error + Send + Sync>;

/// Do what the operator asks for.
///
/// # Errors
///
/// If the folder holds no vault, or cannot be read or written.
pub fn run(command: &VaultCommand) -> Result<(), BoxedError> {
	match command {
		VaultCommand::Show(folder) => println!("{}", Vault::status(&folder.dir)?),
		VaultCommand::Hold(folder) => {
			Vault::status(&folder.dir)?;
			hold(&folder.dir)?;
			println!("held: the vault deals in no ceremony until it is released");
		}
		VaultCommand::Release(folder) => {
			Vault::status(&folder.dir)?;
			release(&folder.dir)?;
			println!("released");
		}
	}
	Ok(())
}

/// The first line of `file` as a passphrase.
///
/// # Errors
///
/// If the file cannot be read or its first line is empty.
pub fn read_passphrase(file: &Path) -> Result<Passphrase, BoxedError> {
	let text = std::fs::read_to_string(file)
		.map_err(|error| format!("the passphrase file {}: {error}", file.display()))?;
	match text.lines().next() {
		Some(line) if !line.is_empty() => Ok(Passphrase::new(line.to_owned())),
		_ => {
			Err(format!("the first line of the passphrase file {} is empty", file.display()).into())
		}
	}
}
