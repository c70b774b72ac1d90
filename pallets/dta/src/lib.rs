//! Committees, ceremonies, keys, share versions, public parameters and blame.
