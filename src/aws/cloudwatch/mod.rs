//! CloudWatch: alarms.

pub mod alarm;
