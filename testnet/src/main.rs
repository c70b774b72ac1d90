//! The `symbolon-testnet` command.
fn main() {}
