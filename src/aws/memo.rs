//! Bulk reads that several types share are made once: routes, associations and tables come in one answer.

use std::any::Any;
use std::collections::BTreeMap;
use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::OnceCell;

use crate::provider::Error;

type Answer = Arc<dyn Any + Send + Sync>;

/// Answers by the name of what was asked. A failed read is not remembered.
#[derive(Default)]
pub struct Memo(Mutex<BTreeMap<String, Arc<OnceCell<Answer>>>>);

impl Memo {
    /// The remembered answer of `name`, or the one that `read` now gives. Callers at the same time share one read.
    ///
    /// # Errors
    /// The read's own.
    pub async fn once<T, F>(
        &self,
        name: impl Into<String>,
        read: impl FnOnce() -> F,
    ) -> Result<Arc<T>, Error>
    where
        T: Send + Sync + 'static,
        F: Future<Output = Result<T, Error>>,
    {
        let cell = self
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .entry(name.into())
            .or_default()
            .clone();
        let answer = cell
            .get_or_try_init(|| async { Ok::<Answer, Error>(Arc::new(read().await?)) })
            .await?
            .clone();
        Ok(answer.downcast().expect("a name is asked with one type of answer"))
    }

    /// Forgets everything.
    pub fn clear(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}
