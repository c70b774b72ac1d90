//! The authority's vault: secrets, ledger, and the typed requests it answers from finalized state.
