//! APIs: registering their contracts and the clients that may introspect, and listing them.

use countersign_api::contract::ContractView;
use countersign_domain::{ApiId, Secret, TenantId, contract::Contract};
use countersign_trail::{Actor, Kind};

use crate::{Call, Engine, Refusal};

/// Label under which the store keeps a client secret's fingerprint. Client secrets have high entropy.
pub(crate) const CLIENT: &str = "client";

impl Engine {
    /// The APIs that access can be asked to, by name.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn contract_list(&self, call: &Call) -> Result<Vec<ContractView>, Refusal> {
        self.admit(call, "contract_list").await?;
        let tenant = call.tenant;
        self.store()
            .read(move |tx| {
                Box::pin(async move {
                    let apis = tx.apis(tenant).await?;
                    Ok(apis
                        .into_iter()
                        .map(|api| ContractView {
                            id: api.id,
                            key: api.contract.key,
                            name: api.contract.name,
                            audience: api.contract.audience,
                            base_url: api.contract.base_url,
                            version: api.version,
                            actions: api.contract.actions,
                            endpoints: api.contract.endpoints,
                            modes: api.contract.modes,
                            max_minutes: api.contract.max_minutes,
                            token_ttl_s: api.contract.token_ttl_s,
                            bound: api.contract.bound,
                        })
                        .collect())
                })
            })
            .await
    }

    /// Registers a contract; one that differs from what stands is a new version, with a line of its own.
    ///
    /// # Errors
    /// `invalid_input`, if the contract is not one.
    pub async fn contract_register(&self, tenant: TenantId, contract: Contract) -> Result<(), Refusal> {
        contract.check().map_err(|e| Refusal::invalid(e.to_string()))?;
        let engine = self.clone();
        let correlation = self.correlation();
        self.store()
            .write(move |tx| {
                Box::pin(async move {
                    let now = engine.now();
                    let change = tx.api_upsert(tenant, ApiId::new(now, engine.entropy()), &contract, now).await?;
                    if change.changed {
                        let mut line = engine.line(Kind::ContractRegister, now, tenant, Actor::Service, correlation);
                        line.api = Some(change.id);
                        line.figures.insert("version".into(), change.version);
                        engine.append(tx, &line).await?;
                    }
                    Ok::<_, Refusal>(())
                })
            })
            .await?;
        self.wake_sequencer();
        Ok(())
    }

    /// Registers a client that may introspect, or changes its secret.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn client_register(&self, tenant: TenantId, client_id: &str, secret: &Secret) -> Result<(), Refusal> {
        let (id, hash, now) = (client_id.to_owned(), secret.fingerprint(CLIENT), self.now());
        self.store().write(move |tx| Box::pin(async move { Ok(tx.client_upsert(tenant, &id, &hash, now).await?) })).await
    }
}
