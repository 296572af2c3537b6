//! What AWS reports of a database instance, as the schema has it.

use aws_sdk_rds::types::{DbInstance, PendingModifiedValues};
use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;

use super::tags_of;
use crate::aws::resource::Found;
use crate::base::Id;
use crate::plan::Status;
use crate::provider::Poll;
use crate::schema::typed::{
    AwsDbInstance, AwsDbInstanceListenerEndpoint, AwsDbInstanceMasterUserSecret,
};

/// What a status means. <https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/accessing-monitoring.html>
pub(super) fn progress(instance: &DbInstance) -> Poll {
    match instance.db_instance_status().unwrap_or("creating") {
        "available" | "storage-optimization" | "storage-full" | "stopped" => Poll::Ready,
        status if status.starts_with("incompatible-") || status.starts_with("inaccessible-") => {
            Poll::Failed(status.into())
        }
        status @ ("failed" | "restore-error" | "insufficient-capacity") => {
            Poll::Failed(status.into())
        }
        status => Poll::Pending(status.into()),
    }
}

pub(super) fn found(instance: DbInstance) -> Found<AwsDbInstance> {
    let status = match progress(&instance) {
        Poll::Failed(why) => Status::Failed(why),
        Poll::Pending(what) if what == "deleting" => Status::Deleting,
        Poll::Pending(_) => Status::Pending,
        Poll::Ready | Poll::Gone => Status::Ready,
    };
    let tags = tags_of(instance.tag_list());
    let id = Id::new(instance.db_instance_identifier.clone().unwrap_or_default());
    Found { id, spec: spec(instance), tags, status }
}

fn spec(mut instance: DbInstance) -> AwsDbInstance {
    let pending = instance.pending_modified_values.take();
    let set = |text: Option<String>| text.filter(|text| !text.is_empty());
    let whole = |number: Option<i32>| number.map(i64::from);
    let time = |time: Option<DateTime>| time.and_then(|time| time.fmt(Format::DateTime).ok());
    let endpoint = instance.endpoint;
    let address = endpoint.as_ref().and_then(|endpoint| endpoint.address.clone());
    let port = endpoint.as_ref().and_then(|endpoint| endpoint.port).or(instance.db_instance_port);
    let domain = instance.domain_memberships.unwrap_or_default().into_iter().next();
    let actual = instance.engine_version.clone();
    let spec = AwsDbInstance {
        endpoint: address.as_ref().zip(port).map(|(address, port)| format!("{address}:{port}")),
        hosted_zone_id: endpoint.and_then(|endpoint| endpoint.hosted_zone_id),
        address,
        allocated_storage: whole(instance.allocated_storage),
        arn: instance.db_instance_arn,
        auto_minor_version_upgrade: instance.auto_minor_version_upgrade,
        availability_zone: instance.availability_zone,
        backup_retention_period: whole(instance.backup_retention_period),
        backup_target: instance.backup_target,
        backup_window: instance.preferred_backup_window,
        ca_cert_identifier: instance.ca_certificate_identifier,
        character_set_name: instance.character_set_name,
        copy_tags_to_snapshot: instance.copy_tags_to_snapshot,
        custom_iam_instance_profile: set(instance.custom_iam_instance_profile),
        customer_owned_ip_enabled: instance.customer_owned_ip_enabled,
        database_insights_mode: instance
            .database_insights_mode
            .map(|mode| mode.as_str().to_owned()),
        db_name: instance.db_name,
        db_subnet_group_name: instance.db_subnet_group.and_then(|group| group.db_subnet_group_name),
        dedicated_log_volume: instance.dedicated_log_volume,
        deletion_protection: instance.deletion_protection,
        domain_auth_secret_arn: domain
            .as_ref()
            .and_then(|domain| set(domain.auth_secret_arn.clone())),
        domain_dns_ips: domain
            .as_ref()
            .and_then(|domain| domain.dns_ips.clone())
            .unwrap_or_default(),
        domain_fqdn: domain.as_ref().and_then(|domain| set(domain.fqdn.clone())),
        domain_iam_role_name: domain.as_ref().and_then(|domain| set(domain.iam_role_name.clone())),
        domain_ou: domain.as_ref().and_then(|domain| set(domain.ou.clone())),
        domain: domain.and_then(|domain| set(domain.domain)),
        enabled_cloudwatch_logs_exports: instance
            .enabled_cloudwatch_logs_exports
            .unwrap_or_default(),
        engine: instance.engine,
        engine_lifecycle_support: instance.engine_lifecycle_support,
        engine_version: instance.engine_version,
        engine_version_actual: actual,
        iam_database_authentication_enabled: instance.iam_database_authentication_enabled,
        // Terraform's id is AWS's own name of the instance, which survives a change of the identifier.
        id: instance.dbi_resource_id.clone(),
        identifier: instance.db_instance_identifier,
        instance_class: instance.db_instance_class.unwrap_or_default(),
        iops: whole(instance.iops),
        kms_key_id: instance.kms_key_id,
        latest_restorable_time: time(instance.latest_restorable_time),
        license_model: instance.license_model,
        listener_endpoint: instance
            .listener_endpoint
            .map(|endpoint| AwsDbInstanceListenerEndpoint {
                address: endpoint.address,
                hosted_zone_id: endpoint.hosted_zone_id,
                port: endpoint.port.map(f64::from),
            })
            .into_iter()
            .collect(),
        maintenance_window: instance.preferred_maintenance_window,
        manage_master_user_password: instance.master_user_secret.as_ref().map(|_| true),
        master_user_secret_kms_key_id: instance
            .master_user_secret
            .as_ref()
            .and_then(|secret| secret.kms_key_id.clone()),
        master_user_secret: instance
            .master_user_secret
            .map(|secret| AwsDbInstanceMasterUserSecret {
                kms_key_id: secret.kms_key_id,
                secret_arn: secret.secret_arn,
                secret_status: secret.secret_status,
            })
            .into_iter()
            .collect(),
        max_allocated_storage: whole(instance.max_allocated_storage),
        monitoring_interval: whole(instance.monitoring_interval),
        monitoring_role_arn: instance.monitoring_role_arn,
        multi_az: instance.multi_az,
        nchar_character_set_name: instance.nchar_character_set_name,
        network_type: instance.network_type,
        option_group_name: instance
            .option_group_memberships
            .unwrap_or_default()
            .into_iter()
            .find_map(|group| group.option_group_name),
        parameter_group_name: instance
            .db_parameter_groups
            .unwrap_or_default()
            .into_iter()
            .find_map(|group| group.db_parameter_group_name),
        performance_insights_enabled: instance.performance_insights_enabled,
        performance_insights_kms_key_id: instance.performance_insights_kms_key_id,
        performance_insights_retention_period: whole(
            instance.performance_insights_retention_period,
        ),
        port: whole(port),
        publicly_accessible: instance.publicly_accessible,
        replica_mode: instance.replica_mode.map(|mode| mode.as_str().to_owned()),
        replicas: instance.read_replica_db_instance_identifiers.unwrap_or_default(),
        replicate_source_db: set(instance.read_replica_source_db_instance_identifier),
        resource_id: instance.dbi_resource_id,
        status: instance.db_instance_status,
        storage_encrypted: instance.storage_encrypted,
        storage_throughput: whole(instance.storage_throughput),
        storage_type: instance.storage_type,
        timezone: instance.timezone,
        username: instance.master_username,
        vpc_security_group_ids: instance
            .vpc_security_groups
            .unwrap_or_default()
            .into_iter()
            .filter_map(|group| group.vpc_security_group_id)
            .collect(),
        ..AwsDbInstance::default()
    };
    match pending {
        Some(pending) => with_pending(spec, pending),
        None => spec,
    }
}

/// What the instance will be after its maintenance window: changes that were asked for are no differences any more.
fn with_pending(mut spec: AwsDbInstance, pending: PendingModifiedValues) -> AwsDbInstance {
    let whole = |number: Option<i32>| number.map(i64::from);
    if let Some(class) = pending.db_instance_class {
        spec.instance_class = class;
    }
    spec.allocated_storage = whole(pending.allocated_storage).or(spec.allocated_storage);
    spec.backup_retention_period =
        whole(pending.backup_retention_period).or(spec.backup_retention_period);
    spec.ca_cert_identifier = pending.ca_certificate_identifier.or(spec.ca_cert_identifier);
    spec.dedicated_log_volume = pending.dedicated_log_volume.or(spec.dedicated_log_volume);
    spec.engine_version = pending.engine_version.or(spec.engine_version);
    spec.identifier = pending.db_instance_identifier.or(spec.identifier);
    spec.iops = whole(pending.iops).or(spec.iops);
    spec.license_model = pending.license_model.or(spec.license_model);
    spec.multi_az = pending.multi_az.or(spec.multi_az);
    spec.port = whole(pending.port).or(spec.port);
    spec.storage_throughput = whole(pending.storage_throughput).or(spec.storage_throughput);
    spec.storage_type = pending.storage_type.or(spec.storage_type);
    spec
}
