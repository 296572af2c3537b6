//! `aws_eip`

use aws_sdk_ec2::types::{Address, DomainType, Filter, ResourceType};
use futures_util::future::try_join_all;

use super::{Ids, filter, retag, tag_specification, tagged, tags_of, with_known};
use crate::aws::error::Operation as _;
use crate::aws::regional::Regional;
use crate::aws::resource::{Change, Found, New, Query, Resource, TagChange};
use crate::base::Id;
use crate::provider::Error;
use crate::schema::typed::AwsEip;

/// An elastic IP address.
pub struct Eip;

impl Resource for Eip {
    type Spec = AwsEip;

    async fn list(aws: &Regional, query: &Query<'_>) -> Result<Vec<Found<AwsEip>>, Error> {
        let ids = Ids { filter: "allocation-id", of: Address::allocation_id };
        let addresses = owned(aws, query, &ids).await?;
        try_join_all(addresses.into_iter().map(|address| found(aws, address))).await
    }

    async fn read(aws: &Regional, id: &Id) -> Result<Option<Found<AwsEip>>, Error> {
        match describe(aws, filter("allocation-id", [id.as_str()])).await?.pop() {
            Some(address) => Ok(Some(found(aws, address).await?)),
            None => Ok(None),
        }
    }

    /// Allocates the address; the engine then converges, which associates it.
    async fn create(aws: &Regional, new: &New<AwsEip>) -> Result<Id, Error> {
        let spec = &new.spec;
        let call = aws
            .ec2()
            .allocate_address()
            .domain(DomainType::Vpc)
            .set_address(spec.address.clone())
            .set_customer_owned_ipv4_pool(spec.customer_owned_ipv4_pool.clone())
            .set_ipam_pool_id(spec.ipam_pool_id.clone())
            .set_network_border_group(spec.network_border_group.clone())
            .set_public_ipv4_pool(spec.public_ipv4_pool.clone())
            .set_tag_specifications(
                tag_specification(ResourceType::ElasticIp, &new.tags).map(|t| vec![t]),
            );
        let created = call.send().await.op("ec2:AllocateAddress")?;
        Ok(Id::new(created.allocation_id.unwrap_or_default()))
    }

    async fn update(aws: &Regional, id: &Id, change: &Change<AwsEip>) -> Result<(), Error> {
        let Change { prior, planned } = change;
        // An address that another resource associates is none of this one's business: only what is asked for counts.
        let moves = |prior: &Option<String>, planned: &Option<String>| {
            planned.is_some() && prior != planned
        };
        if !moves(&prior.instance, &planned.instance)
            && !moves(&prior.network_interface, &planned.network_interface)
            && !moves(&prior.associate_with_private_ip, &planned.associate_with_private_ip)
        {
            return Ok(());
        }
        let call = aws
            .ec2()
            .associate_address()
            .allocation_id(id.as_str())
            .set_instance_id(planned.instance.clone())
            .set_network_interface_id(
                planned.network_interface.clone().filter(|_| planned.instance.is_none()),
            )
            .set_private_ip_address(planned.associate_with_private_ip.clone())
            .allow_reassociation(true);
        call.send().await.op("ec2:AssociateAddress")?;
        Ok(())
    }

    async fn delete(aws: &Regional, id: &Id, prior: &AwsEip) -> Result<(), Error> {
        if let (Some(association), true) = (
            &prior.association_id,
            prior.instance.is_some() || prior.associate_with_private_ip.is_some(),
        ) {
            match aws
                .ec2()
                .disassociate_address()
                .association_id(association)
                .send()
                .await
                .op("ec2:DisassociateAddress")
            {
                Err(error) if !error.is_not_found() => return Err(error),
                _ => {}
            }
        }
        aws.ec2()
            .release_address()
            .allocation_id(id.as_str())
            .send()
            .await
            .op("ec2:ReleaseAddress")?;
        Ok(())
    }

    async fn retag(aws: &Regional, id: &Id, tags: &TagChange) -> Result<(), Error> {
        retag(aws, id.as_str(), tags).await
    }
}

/// The addresses that carry the stack's tag, read once for all the types that need them, and those that the manifest
/// knows by `ids`.
pub(super) async fn owned(
    aws: &Regional,
    query: &Query<'_>,
    ids: &Ids<Address>,
) -> Result<Vec<Address>, Error> {
    let describe = |filter| describe(aws, filter);
    let tagged = tagged(aws, query, "ec2:DescribeAddresses", describe).await?;
    with_known(tagged, query.known.iter().map(Id::as_str), ids, describe).await
}

/// The addresses that a filter lets through, in one answer: the call has no pages.
pub(super) async fn describe(aws: &Regional, filter: Filter) -> Result<Vec<Address>, Error> {
    let answer =
        aws.ec2().describe_addresses().filters(filter).send().await.op("ec2:DescribeAddresses")?;
    Ok(answer.addresses.unwrap_or_default())
}

async fn found(aws: &Regional, address: Address) -> Result<Found<AwsEip>, Error> {
    let tags = tags_of(address.tags());
    let set = |text: Option<String>| text.filter(|text| !text.is_empty());
    let id = address.allocation_id.unwrap_or_default();
    let region = aws.region();
    let name = |ip: Option<&String>, kind: &str, zone: &str| {
        ip.map(|ip| format!("{kind}-{}.{zone}", ip.replace('.', "-")))
    };
    // https://docs.aws.amazon.com/vpc/latest/userguide/vpc-dns.html: names that AWS gives to addresses
    let (public_zone, private_zone) = if region.as_str() == "us-east-1" {
        ("compute-1.amazonaws.com".to_owned(), "ec2.internal".to_owned())
    } else {
        (format!("{region}.compute.amazonaws.com"), format!("{region}.compute.internal"))
    };
    let (public_ip, private_ip) = (set(address.public_ip), set(address.private_ip_address));
    let spec = AwsEip {
        allocation_id: Some(id.clone()),
        arn: Some(aws.arn("ec2", &format!("elastic-ip/{id}")).await?),
        association_id: set(address.association_id),
        carrier_ip: set(address.carrier_ip),
        customer_owned_ip: set(address.customer_owned_ip),
        customer_owned_ipv4_pool: set(address.customer_owned_ipv4_pool),
        domain: address.domain.map(|domain| domain.as_str().to_owned()),
        instance: set(address.instance_id),
        network_border_group: set(address.network_border_group),
        network_interface: set(address.network_interface_id),
        public_dns: name(public_ip.as_ref(), "ec2", &public_zone),
        private_dns: name(private_ip.as_ref(), "ip", &private_zone),
        public_ipv4_pool: set(address.public_ipv4_pool),
        public_ip,
        private_ip,
        ..AwsEip::default()
    };
    Ok(Found::ready(id, spec, tags))
}
