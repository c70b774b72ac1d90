//! The client library: transport, enrolment, identity store, signing and verifying.
