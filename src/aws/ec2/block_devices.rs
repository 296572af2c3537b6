//! The disks of an instance: as they are launched with it, and as AWS reports them.

use std::collections::BTreeMap;

use aws_sdk_ec2::types as sdk;

use super::{number, set, small, tags_of};
use crate::aws::resource::Tags;
use crate::provider::tags;
use crate::schema::typed::{
    AwsInstance, AwsInstanceEbsBlockDevice, AwsInstanceEphemeralBlockDevice,
    AwsInstanceRootBlockDevice,
};

/// What a root and a further disk have in common, for the SDK.
macro_rules! ebs {
    ($disk:expr) => {
        sdk::EbsBlockDevice::builder()
            .delete_on_termination($disk.delete_on_termination.unwrap_or(true))
            .set_encrypted($disk.encrypted.filter(|on| *on))
            .set_iops(provisioned($disk.iops))
            .set_kms_key_id(set(&$disk.kms_key_id))
            .set_throughput(provisioned($disk.throughput))
            .set_volume_size(provisioned($disk.volume_size))
            .set_volume_type(set(&$disk.volume_type).as_deref().map(Into::into))
    };
}

fn provisioned(number: Option<i64>) -> Option<i32> {
    number.filter(|number| *number > 0).map(small)
}

/// Whether anything is asked of the root disk, so that the image's name of it has to be known.
pub(super) fn asks_for_root(spec: &AwsInstance) -> bool {
    spec.root_block_device.as_ref().is_some_and(|root| {
        root.delete_on_termination == Some(false)
            || root.encrypted == Some(true)
            || provisioned(root.iops).is_some()
            || set(&root.kms_key_id).is_some()
            || provisioned(root.throughput).is_some()
            || provisioned(root.volume_size).is_some()
            || set(&root.volume_type).is_some()
    })
}

/// The disks to launch with; `root` is the image's name of the first one.
pub(super) fn to_sdk(spec: &AwsInstance, root: Option<&str>) -> Vec<sdk::BlockDeviceMapping> {
    let further = spec.ebs_block_device.iter().map(|disk| {
        sdk::BlockDeviceMapping::builder()
            .device_name(&disk.device_name)
            .ebs(ebs!(disk).set_snapshot_id(set(&disk.snapshot_id)).build())
            .build()
    });
    let ephemeral = spec.ephemeral_block_device.iter().map(ephemeral);
    let root = spec.root_block_device.as_ref().zip(root).map(|(disk, name)| {
        sdk::BlockDeviceMapping::builder().device_name(name).ebs(ebs!(disk).build()).build()
    });
    root.into_iter().chain(further).chain(ephemeral).collect()
}

fn ephemeral(disk: &AwsInstanceEphemeralBlockDevice) -> sdk::BlockDeviceMapping {
    let hidden = disk.no_device.unwrap_or_default();
    sdk::BlockDeviceMapping::builder()
        .device_name(&disk.device_name)
        .set_no_device(hidden.then(String::new))
        .set_virtual_name(set(&disk.virtual_name).filter(|_| !hidden))
        .build()
}

/// What users know of a volume's tags.
fn shown_tags(volume: &sdk::Volume) -> Tags {
    let mut shown = tags_of(volume.tags());
    shown.retain(|key, _| !key.starts_with(tags::PREFIX) && !key.starts_with("aws:"));
    shown
}

/// The tags that all disks of an instance have: one that a disk lacks is given to all of them again. A volume that carries a
/// stack's tag is an object of its own and has its own.
fn common_tags<'a>(volumes: impl Iterator<Item = &'a sdk::Volume>) -> Tags {
    let parts = volumes.filter(|volume| !tags_of(volume.tags()).contains_key(tags::STACK));
    let mut each = parts.map(shown_tags);
    let mut common = each.next().unwrap_or_default();
    for tags in each {
        common.retain(|key, value| tags.get(key) == Some(value));
    }
    common
}

/// Fills in the disks of an instance. A volume that carries a stack's tag is an object of its own and is left out.
pub(super) fn read_into(
    spec: &mut AwsInstance,
    root: Option<&str>,
    mappings: Vec<sdk::InstanceBlockDeviceMapping>,
    volumes: &BTreeMap<String, sdk::Volume>,
) {
    /// The fields of a disk that both kinds of block have.
    macro_rules! disk {
        ($block:ident, $name:expr, $ebs:expr, $id:expr, $volume:expr, $($more:tt)*) => {
            $block {
                delete_on_termination: $ebs.delete_on_termination,
                device_name: $name,
                encrypted: $volume.encrypted,
                iops: $volume.iops.map(number),
                kms_key_id: set(&$volume.kms_key_id),
                tags: shown_tags($volume),
                tags_all: shown_tags($volume),
                throughput: $volume.throughput.map(number),
                volume_id: Some($id),
                volume_size: $volume.size.map(number),
                volume_type: $volume.volume_type.as_ref().map(|kind| kind.as_str().to_owned()),
                $($more)*
            }
        };
    }
    let ids = mappings.iter().filter_map(|mapping| mapping.ebs()?.volume_id());
    spec.volume_tags = common_tags(ids.filter_map(|id| volumes.get(id)));
    for mapping in mappings {
        let (Some(name), Some(ebs)) = (mapping.device_name, mapping.ebs) else { continue };
        let Some(id) = ebs.volume_id.clone() else { continue };
        let Some(volume) = volumes.get(&id) else { continue };
        if root == Some(name.as_str()) {
            spec.root_block_device =
                Some(disk!(AwsInstanceRootBlockDevice, Some(name), ebs, id, volume,));
        } else if !tags_of(volume.tags()).contains_key(tags::STACK) {
            spec.ebs_block_device.push(disk!(
                AwsInstanceEbsBlockDevice,
                name,
                ebs,
                id,
                volume,
                snapshot_id: set(&volume.snapshot_id),
            ));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_of_disks_are_those_that_all_have() {
        let disk = |tags: &[(&str, &str)]| {
            let tag =
                |(key, value): &(&str, &str)| sdk::Tag::builder().key(*key).value(*value).build();
            sdk::Volume::builder().set_tags(Some(tags.iter().map(tag).collect())).build()
        };
        let check = |disks: &[sdk::Volume], expect: &[(&str, &str)]| {
            let expect = expect.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
            assert_eq!(common_tags(disks.iter()), expect.collect::<Tags>());
        };
        let (team, cost) = (("Team", "blue"), ("Cost", "1"));
        let own = (tags::STACK, "shop");
        check(&[], &[]);
        check(&[disk(&[team, cost])], &[team, cost]);
        check(&[disk(&[team, cost]), disk(&[team, ("Cost", "2")])], &[team]);
        check(&[disk(&[team]), disk(&[])], &[]);
        check(&[disk(&[team]), disk(&[own, ("Name", "data")])], &[team]);
    }
}
