//! `aws_eip_association`

use aws_sdk_ec2::types::Address;

use super::{Ids, eip, filter};
use crate::aws::error::Operation as _;
use crate::aws::regional::Regional;
use crate::aws::resource::{Change, Found, New, Query, Resource, Tags};
use crate::base::Id;
use crate::provider::Error;
use crate::schema::typed::AwsEipAssociation;

/// That an elastic IP address is on an instance or network interface.
pub struct EipAssociation;

impl Resource for EipAssociation {
    type Spec = AwsEipAssociation;

    async fn list(aws: &Regional, query: &Query<'_>) -> Result<Vec<Found<Self::Spec>>, Error> {
        let ids = Ids { filter: "association-id", of: Address::association_id };
        Ok(eip::owned(aws, query, &ids).await?.into_iter().filter_map(found).collect())
    }

    async fn read(aws: &Regional, id: &Id) -> Result<Option<Found<Self::Spec>>, Error> {
        Ok(eip::describe(aws, filter("association-id", [id.as_str()])).await?.pop().and_then(found))
    }

    async fn create(aws: &Regional, new: &New<Self::Spec>) -> Result<Id, Error> {
        let spec = &new.spec;
        let call = aws
            .ec2()
            .associate_address()
            .set_allocation_id(spec.allocation_id.clone())
            .set_allow_reassociation(spec.allow_reassociation)
            .set_instance_id(spec.instance_id.clone())
            .set_network_interface_id(
                spec.network_interface_id.clone().filter(|_| spec.instance_id.is_none()),
            )
            .set_private_ip_address(spec.private_ip_address.clone())
            .set_public_ip(spec.public_ip.clone().filter(|_| spec.allocation_id.is_none()));
        let created = call.send().await.op("ec2:AssociateAddress")?;
        Ok(Id::new(created.association_id.unwrap_or_default()))
    }

    /// Every attribute replaces.
    async fn update(_aws: &Regional, _id: &Id, _change: &Change<Self::Spec>) -> Result<(), Error> {
        Ok(())
    }

    async fn delete(aws: &Regional, id: &Id, _prior: &Self::Spec) -> Result<(), Error> {
        let call = aws.ec2().disassociate_address().association_id(id.as_str());
        call.send().await.op("ec2:DisassociateAddress")?;
        Ok(())
    }

    async fn find(aws: &Regional, new: &New<Self::Spec>) -> Result<Vec<Found<Self::Spec>>, Error> {
        let Some(allocation) = &new.spec.allocation_id else { return Ok(Vec::new()) };
        let addresses = eip::describe(aws, filter("allocation-id", [allocation.as_str()])).await?;
        Ok(addresses.into_iter().filter_map(found).collect())
    }
}

/// The association of an address; none where it is on nothing.
fn found(address: Address) -> Option<Found<AwsEipAssociation>> {
    let set = |text: Option<String>| text.filter(|text| !text.is_empty());
    let id = set(address.association_id)?;
    let spec = AwsEipAssociation {
        allocation_id: set(address.allocation_id),
        instance_id: set(address.instance_id),
        network_interface_id: set(address.network_interface_id),
        private_ip_address: set(address.private_ip_address),
        public_ip: set(address.public_ip),
        ..AwsEipAssociation::default()
    };
    Some(Found::ready(id, spec, Tags::new()))
}
