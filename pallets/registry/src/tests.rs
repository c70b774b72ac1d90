//! One file per call, and what belongs to none.

mod admission;
mod genesis;
mod identities;
mod register;
mod register_many;
mod revoke;
mod state;
