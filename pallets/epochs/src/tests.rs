//! One file per subject: freezing, shares and permits, authorization, the worker.

mod authorize;
mod freeze;
mod publish;
mod worker;
