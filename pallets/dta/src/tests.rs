//! One file per call, and one for the course of a whole ceremony.

mod authorize;
mod confirm;
mod course;
mod deal;
mod judge;
mod register;
mod worker;
