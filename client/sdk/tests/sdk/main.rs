//! The client library against a made chain: right answers, lies, silence, and the mistakes that
//! people make.

mod anchor;
mod chain;
mod enroll;
mod http;
mod kit;
mod refresh;
mod registrar;
mod sealing;
mod signing;
mod store;
