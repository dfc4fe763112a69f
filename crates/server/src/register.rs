//! What each tenant gets from the service's configuration: contracts of APIs, and the clients that may introspect.

use countersign_domain::{TenantId, contract::Contract};
use countersign_engine::{ByFile, Engine, Refusal};

/// What each tenant gets.
pub(crate) struct Register {
    /// APIs that access can be asked to.
    pub contracts: Vec<Contract>,
    /// Clients of the operator's own.
    pub clients: Vec<ByFile>,
}

impl Register {
    /// Gives it to all tenants. What they have already stays as it is.
    pub(crate) async fn all(&self, engine: &Engine) -> Result<(), Refusal> {
        for (tenant, _) in engine.tenants().await? {
            self.tenant(engine, tenant).await?;
        }
        Ok(())
    }

    async fn tenant(&self, engine: &Engine, tenant: TenantId) -> Result<(), Refusal> {
        for client in &self.clients {
            engine.client_register_by_file(tenant, client.clone()).await?;
        }
        for contract in &self.contracts {
            engine.contract_register(tenant, contract.clone()).await?;
        }
        Ok(())
    }
}
