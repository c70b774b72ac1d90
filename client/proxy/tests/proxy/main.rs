//! The proxies over real sockets of the loopback, between devices of a made chain and services that
//! the tests play by hand, so that every byte that reaches them is seen.

mod connect;
mod epochs;
mod hostile;
mod http;
mod kit;
mod limits;
mod local;
mod metrics;
mod pipe;
mod streams;
mod websocket;
