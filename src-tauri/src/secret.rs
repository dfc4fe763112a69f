//! A client's new secret goes from the service into a file, and never into a window.

use countersign_api::{Problem, client::SecretDrop, console::SecretSaved};
use countersign_client::fault;
use countersign_domain::Code;
use tauri::Runtime;

use crate::{folder::write_private, seat::Seat};

impl<R: Runtime> Seat<R> {
    /// Has a secret made and keeps it in a file beside the console's own. One that can't be kept is dropped again.
    ///
    /// # Errors
    /// As the service says; or if the file can't be written.
    pub async fn save_secret(&self, id: &str) -> Result<SecretSaved, Problem> {
        let session = self.signed_in()?;
        let made = session.client_secret_make(id).await?;
        let plain = |c: char| if c.is_ascii_alphanumeric() || c == '-' || c == '.' { c } else { '-' };
        let name: String = format!("client-{id}-{}.secret", made.secret.id).chars().map(plain).collect();
        let path = self.shell.folder.join(&name);
        // To the file: that is what it was asked for.
        if let Err(error) = write_private(&path, made.client_secret.expose()) {
            tracing::error!(%error, "a client's secret can't be kept");
            let dropped = session.client_secret_drop(id, &SecretDrop { secret: made.secret.id }).await.is_ok();
            let rest = if dropped { "It was dropped again." } else { "Drop it, for nobody has it." };
            let detail = format!("The secret could not be written to a file. {rest} See to the console's data folder and make another.");
            return Err(fault::problem(Code::Unavailable, "The secret was not kept", detail, self.shell.edge.correlation()));
        }
        Ok(SecretSaved { secret: made.secret, path: path.display().to_string() })
    }
}
