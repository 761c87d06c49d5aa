//! The built-in practice partner: its interface, before its scenarios.
use crate::reply::{ReplyEngine, ReplyError, ReplyRequest, stream_words};
use futures::stream::BoxStream;
use parlance_storage::CefrLevel;
/// To be described with the scenarios.
pub struct Scenario {
    /// To be described with the scenarios.
    pub slug: String,
    /// To be described with the scenarios.
    pub name: String,
    /// To be described with the scenarios.
    pub description: String,
    /// To be described with the scenarios.
    pub level: CefrLevel,
    /// To be described with the scenarios.
    pub opening_message: String,
}
/// To be described with the scenarios.
pub fn scenarios() -> &'static [Scenario] {
    &[]
}
/// To be described with the scenarios.
pub struct PracticePartner;
impl ReplyEngine for PracticePartner {
    fn name(&self) -> &str {
        "practice-partner"
    }
    fn reply(&self, request: ReplyRequest) -> BoxStream<'static, Result<String, ReplyError>> {
        stream_words("Hello! How are you?", request.pace)
    }
}
