//! The command as people and scripts run it: a process, its output and its exit code.

mod kit;
mod offline;
mod online;
mod sealing;
mod tls;
