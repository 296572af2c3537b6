//! `aws_key_pair`

use aws_sdk_ec2::types::{Filter, KeyPairInfo, ResourceType};
use aws_smithy_types::Blob;
use futures_util::future::try_join;

use super::{Ids, filter, owned, retag, tag_specification, tags_of};
use crate::aws::error::Operation as _;
use crate::aws::regional::Regional;
use crate::aws::resource::{Change, Found, New, Query, Resource, TagChange};
use crate::base::Id;
use crate::provider::Error;
use crate::schema::typed::AwsKeyPair;

/// A public key that instances let in.
pub struct KeyPair;

impl Resource for KeyPair {
    type Spec = AwsKeyPair;

    async fn list(aws: &Regional, query: &Query<'_>) -> Result<Vec<Found<AwsKeyPair>>, Error> {
        let ids = Ids { filter: "key-name", of: |key: &Found<AwsKeyPair>| Some(key.id.as_str()) };
        owned(query, &ids, |filter| describe(aws, filter)).await
    }

    async fn read(aws: &Regional, id: &Id) -> Result<Option<Found<AwsKeyPair>>, Error> {
        Ok(describe(aws, filter("key-name", [id.as_str()])).await?.pop())
    }

    async fn create(aws: &Regional, new: &New<AwsKeyPair>) -> Result<Id, Error> {
        let call = aws
            .ec2()
            .import_key_pair()
            .set_key_name(new.spec.key_name.clone())
            .public_key_material(Blob::new(new.spec.public_key.trim()))
            .set_tag_specifications(
                tag_specification(ResourceType::KeyPair, &new.tags).map(|tags| vec![tags]),
            );
        let created = call.send().await.op("ec2:ImportKeyPair")?;
        Ok(Id::new(created.key_name.unwrap_or_default()))
    }

    /// Every attribute replaces.
    async fn update(_aws: &Regional, _id: &Id, _change: &Change<AwsKeyPair>) -> Result<(), Error> {
        Ok(())
    }

    async fn delete(aws: &Regional, id: &Id, _prior: &AwsKeyPair) -> Result<(), Error> {
        aws.ec2().delete_key_pair().key_name(id.as_str()).send().await.op("ec2:DeleteKeyPair")?;
        Ok(())
    }

    async fn find(aws: &Regional, new: &New<AwsKeyPair>) -> Result<Vec<Found<AwsKeyPair>>, Error> {
        match &new.spec.key_name {
            Some(name) => describe(aws, filter("key-name", [name.as_str()])).await,
            None => Ok(Vec::new()),
        }
    }

    /// Tags are on the key pair's own id, which is not its name.
    async fn retag(aws: &Regional, id: &Id, tags: &TagChange) -> Result<(), Error> {
        let found = Self::read(aws, id).await?;
        match found.and_then(|found| found.spec.key_pair_id) {
            Some(id) => retag(aws, &id, tags).await,
            None => Ok(()),
        }
    }
}

async fn describe(aws: &Regional, filter: Filter) -> Result<Vec<Found<AwsKeyPair>>, Error> {
    let call = aws.ec2().describe_key_pairs().include_public_key(true).filters(filter);
    let (answer, arn) = try_join(async { call.send().await.op("ec2:DescribeKeyPairs") }, async {
        aws.arn("ec2", "key-pair/").await
    })
    .await?;
    Ok(answer.key_pairs.unwrap_or_default().into_iter().map(|key| found(&arn, key)).collect())
}

fn found(arn: &str, key: KeyPairInfo) -> Found<AwsKeyPair> {
    let tags = tags_of(key.tags());
    let name = key.key_name.unwrap_or_default();
    let spec = AwsKeyPair {
        arn: Some(format!("{arn}{name}")),
        fingerprint: key.key_fingerprint,
        key_name: Some(name.clone()),
        key_pair_id: key.key_pair_id,
        key_type: key.key_type.map(|kind| kind.as_str().to_owned()),
        public_key: key.public_key.unwrap_or_default().trim().to_owned(),
        ..AwsKeyPair::default()
    };
    Found::ready(name, spec, tags)
}
