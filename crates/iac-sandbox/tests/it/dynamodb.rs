//! DynamoDB: tables in full before and after a reload, changes one at a time, items with conditions.

mod items;
mod parts;
mod tables;
