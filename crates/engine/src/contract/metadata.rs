//! What an API's document says (RFC 9728), taken from its contract: nothing of tenants, clients or people.

use countersign_domain::{Code, alg::Algorithm, contract::Contract};
use countersign_oauth::{
    OAuthError,
    error::ErrorCode,
    jwt::sign_jwt,
    resource_metadata::{RESOURCE_METADATA_JWT, ResourceMetadata, SignedResource},
};
use countersign_trail::Kind;

use crate::{Engine, Refusal, client::Machine};

impl Engine {
    /// The document of an API, for its own client and those that may introspect: which APIs a company has is no stranger's business, and an
    /// audience alone does not tell the tenant.
    ///
    /// # Errors
    /// `invalid_target`, if there is no such API or it is not this client's; these can't be told apart.
    pub async fn resource_metadata(&self, machine: &Machine, resource: &str) -> Result<ResourceMetadata, OAuthError> {
        let (tenant, audience) = (machine.client.tenant, resource.to_owned());
        let found = self.store().read(move |tx| Box::pin(async move { Ok::<_, Refusal>(tx.api_by_audience(tenant, &audience).await?) })).await;
        let own = found.map_err(|r| r.oauth())?.filter(|api| api.contract.introspected_by(&machine.client.id));
        let Some(api) = own else {
            let text = "`resource` is no API of this client; name the audience of one whose contract names the client";
            let refusal = Refusal::new(Code::Refused, text).with_oauth(ErrorCode::InvalidTarget);
            return Err(self.refused_of(machine, Kind::AccessRefuse, refusal).await.oauth());
        };
        self.vouched(self.document(&api.contract)).await.map_err(|r| r.oauth())
    }

    /// The document of an API whose identifier is an address of this service itself, for anybody.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn resource_metadata_here(&self, resources: Vec<String>) -> Result<Option<ResourceMetadata>, Refusal> {
        let found = self.store().read(move |tx| {
            Box::pin(async move {
                let mut found = Vec::new();
                for resource in &resources {
                    found.extend(tx.apis_of_audience(resource).await?);
                }
                Ok::<_, Refusal>(found)
            })
        });
        let mut documents: Vec<ResourceMetadata> = found.await?.iter().map(|api| self.document(&api.contract)).collect();
        // Contracts of the operator's file are the same in all tenants. Where tenants differ, it would be a guess whose is meant.
        documents.dedup();
        match documents.pop() {
            Some(document) if documents.is_empty() => self.vouched(document).await.map(Some),
            _ => Ok(None),
        }
    }

    fn document(&self, contract: &Contract) -> ResourceMetadata {
        let settings = self.settings();
        let scopes = contract.actions.iter().map(|action| action.scope.clone());
        let document = ResourceMetadata { resource_name: Some(contract.name.clone()), ..ResourceMetadata::of(&contract.audience, &settings.issuer, scopes) };
        if contract.bound { document.bound(settings.certificates.seen()) } else { document }
    }

    async fn vouched(&self, document: ResourceMetadata) -> Result<ResourceMetadata, Refusal> {
        let key = self.keys().signing(Algorithm::default()).await?;
        let claims = SignedResource::of(&self.settings().issuer, &document, self.now());
        let signed = sign_jwt(&key, RESOURCE_METADATA_JWT, &claims).map_err(|e| Refusal::internal("signing", &e))?;
        // To the wire: it is public.
        Ok(ResourceMetadata { signed_metadata: Some(signed.expose().to_owned()), ..document })
    }
}
