//! The five ways in which a database instance comes to be.

use aws_sdk_rds::types::{DatabaseInsightsMode, DbInstance, ReplicaMode};
use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;

use super::{set, small, tag_list};
use crate::aws::error::Operation as _;
use crate::aws::regional::Regional;
use crate::aws::resource::New;
use crate::provider::Error;
use crate::schema::Secret;
use crate::schema::typed::AwsDbInstance;

/// Makes an instance: a replica, from a backup, or afresh.
pub(super) async fn create(
    aws: &Regional,
    new: &New<AwsDbInstance>,
) -> Result<Option<DbInstance>, Error> {
    let spec = &new.spec;
    if set(&spec.replicate_source_db).is_some() {
        replica(aws, new).await
    } else if spec.s3_import.is_some() {
        from_bucket(aws, new).await
    } else if set(&spec.snapshot_identifier).is_some() {
        from_snapshot(aws, new).await
    } else if spec.restore_to_point_in_time.is_some() {
        from_time(aws, new).await
    } else {
        fresh(aws, new).await
    }
}

pub(super) fn list(items: &[String]) -> Option<Vec<String>> {
    (!items.is_empty()).then(|| items.to_vec())
}

/// The master password, whichever way it is given, for the one call that needs it.
pub(super) fn password(spec: &AwsDbInstance) -> Option<String> {
    let given = spec.password_wo.as_ref().or(spec.password.as_ref());
    given.map(Secret::expose).filter(|text| !text.is_empty()).map(str::to_owned)
}

/// Sets the fields that all of the ways to make an instance take.
macro_rules! common {
    ($call:expr, $spec:ident, $tags:expr) => {
        $call
            .set_db_instance_class(
                Some($spec.instance_class.clone()).filter(|class| !class.is_empty()),
            )
            .set_allocated_storage($spec.allocated_storage.map(small))
            .set_port($spec.port.filter(|port| *port > 0).map(small))
            .set_availability_zone(set(&$spec.availability_zone))
            .set_db_subnet_group_name(set(&$spec.db_subnet_group_name))
            .set_multi_az($spec.multi_az)
            .set_publicly_accessible($spec.publicly_accessible)
            .set_auto_minor_version_upgrade($spec.auto_minor_version_upgrade)
            .set_iops($spec.iops.filter(|iops| *iops > 0).map(small))
            .set_storage_throughput($spec.storage_throughput.filter(|rate| *rate > 0).map(small))
            .set_option_group_name(set(&$spec.option_group_name))
            .set_tags(tag_list($tags))
            .set_storage_type(set(&$spec.storage_type))
            .set_vpc_security_group_ids(list(&$spec.vpc_security_group_ids))
            .set_copy_tags_to_snapshot($spec.copy_tags_to_snapshot)
            .set_enable_iam_database_authentication($spec.iam_database_authentication_enabled)
            .set_enable_cloudwatch_logs_exports(list(&$spec.enabled_cloudwatch_logs_exports))
            .set_db_parameter_group_name(set(&$spec.parameter_group_name))
            .set_deletion_protection($spec.deletion_protection)
            .set_network_type(set(&$spec.network_type))
            .set_dedicated_log_volume($spec.dedicated_log_volume)
            .set_ca_certificate_identifier(set(&$spec.ca_cert_identifier))
    };
}

/// Sets what all but an import from S3 take: directories, outposts, instances that the user may enter.
macro_rules! placed {
    ($call:expr, $spec:ident) => {
        $call
            .set_domain(set(&$spec.domain))
            .set_domain_fqdn(set(&$spec.domain_fqdn))
            .set_domain_ou(set(&$spec.domain_ou))
            .set_domain_auth_secret_arn(set(&$spec.domain_auth_secret_arn))
            .set_domain_dns_ips(list(&$spec.domain_dns_ips))
            .set_domain_iam_role_name(set(&$spec.domain_iam_role_name))
            .set_enable_customer_owned_ip($spec.customer_owned_ip_enabled)
            .set_backup_target(set(&$spec.backup_target))
            .set_custom_iam_instance_profile(set(&$spec.custom_iam_instance_profile))
    };
}

/// Sets how an instance that is no restored one is watched, how far it grows, and the key of its disks.
macro_rules! watched {
    ($call:expr, $spec:ident) => {
        $call
            .set_database_insights_mode(
                $spec.database_insights_mode.as_deref().map(DatabaseInsightsMode::from),
            )
            .set_enable_performance_insights($spec.performance_insights_enabled)
            .set_max_allocated_storage(
                $spec.max_allocated_storage.filter(|size| *size > 0).map(small),
            )
            .set_kms_key_id(set(&$spec.kms_key_id))
            .set_monitoring_interval($spec.monitoring_interval.map(small))
            .set_monitoring_role_arn(set(&$spec.monitoring_role_arn))
            .set_performance_insights_kms_key_id(set(&$spec.performance_insights_kms_key_id))
            .set_performance_insights_retention_period(
                $spec.performance_insights_retention_period.map(small),
            )
    };
}

/// Sets what an instance has that is made for itself: engine, master user, windows.
macro_rules! own {
    ($call:expr, $spec:ident) => {
        $call
            .set_backup_retention_period($spec.backup_retention_period.map(small))
            .set_db_name(set(&$spec.db_name))
            .set_engine(set(&$spec.engine))
            .set_engine_lifecycle_support(set(&$spec.engine_lifecycle_support))
            .set_engine_version(set(&$spec.engine_version))
            .set_license_model(set(&$spec.license_model))
            .set_manage_master_user_password($spec.manage_master_user_password)
            .set_master_user_password(password($spec))
            .set_master_user_secret_kms_key_id(set(&$spec.master_user_secret_kms_key_id))
            .set_master_username(set(&$spec.username))
            .set_preferred_backup_window(set(&$spec.backup_window))
            .set_preferred_maintenance_window(set(&$spec.maintenance_window))
            .set_storage_encrypted($spec.storage_encrypted)
    };
}

/// Sets what a backup of RDS's own leaves open.
macro_rules! restored {
    ($call:expr, $spec:ident) => {
        $call
            .set_db_name(set(&$spec.db_name))
            .set_engine(set(&$spec.engine))
            .set_engine_lifecycle_support(set(&$spec.engine_lifecycle_support))
            .set_license_model(set(&$spec.license_model))
            .set_manage_master_user_password($spec.manage_master_user_password)
            .set_master_user_secret_kms_key_id(set(&$spec.master_user_secret_kms_key_id))
    };
}

async fn fresh(aws: &Regional, new: &New<AwsDbInstance>) -> Result<Option<DbInstance>, Error> {
    let spec = &new.spec;
    let call = common!(aws.rds().create_db_instance(), spec, &new.tags);
    let call = own!(watched!(placed!(call, spec), spec), spec)
        .set_db_instance_identifier(spec.identifier.clone())
        .set_character_set_name(set(&spec.character_set_name))
        .set_nchar_character_set_name(set(&spec.nchar_character_set_name))
        .set_timezone(set(&spec.timezone));
    Ok(call.send().await.op("rds:CreateDBInstance")?.db_instance)
}

async fn replica(aws: &Regional, new: &New<AwsDbInstance>) -> Result<Option<DbInstance>, Error> {
    let spec = &new.spec;
    let call = common!(aws.rds().create_db_instance_read_replica(), spec, &new.tags);
    let call = watched!(placed!(call, spec), spec)
        .set_db_instance_identifier(spec.identifier.clone())
        .set_source_db_instance_identifier(set(&spec.replicate_source_db))
        .set_replica_mode(spec.replica_mode.as_deref().map(ReplicaMode::from))
        .set_upgrade_storage_config(spec.upgrade_storage_config);
    Ok(call.send().await.op("rds:CreateDBInstanceReadReplica")?.db_instance)
}

/// From a backup of MySQL that stands in a bucket.
async fn from_bucket(
    aws: &Regional,
    new: &New<AwsDbInstance>,
) -> Result<Option<DbInstance>, Error> {
    let spec = &new.spec;
    let from = spec.s3_import.clone().unwrap_or_default();
    let call = common!(aws.rds().restore_db_instance_from_s3(), spec, &new.tags);
    let call = own!(watched!(call, spec), spec)
        .set_db_instance_identifier(spec.identifier.clone())
        .s3_bucket_name(from.bucket_name)
        .set_s3_prefix(set(&from.bucket_prefix))
        .s3_ingestion_role_arn(from.ingestion_role)
        .source_engine(from.source_engine)
        .source_engine_version(from.source_engine_version);
    Ok(call.send().await.op("rds:RestoreDBInstanceFromS3")?.db_instance)
}

async fn from_snapshot(
    aws: &Regional,
    new: &New<AwsDbInstance>,
) -> Result<Option<DbInstance>, Error> {
    let spec = &new.spec;
    let call = common!(aws.rds().restore_db_instance_from_db_snapshot(), spec, &new.tags);
    let call = restored!(placed!(call, spec), spec)
        .set_db_instance_identifier(spec.identifier.clone())
        .set_db_snapshot_identifier(set(&spec.snapshot_identifier));
    Ok(call.send().await.op("rds:RestoreDBInstanceFromDBSnapshot")?.db_instance)
}

async fn from_time(aws: &Regional, new: &New<AwsDbInstance>) -> Result<Option<DbInstance>, Error> {
    let spec = &new.spec;
    let from = spec.restore_to_point_in_time.clone().unwrap_or_default();
    let time = from.restore_time.as_deref().filter(|text| !text.is_empty());
    let time = time.and_then(|text| DateTime::from_str(text, Format::DateTime).ok());
    let backups = &from.source_db_instance_automated_backups_arn;
    let call = common!(aws.rds().restore_db_instance_to_point_in_time(), spec, &new.tags);
    let call = restored!(placed!(call, spec), spec)
        .set_target_db_instance_identifier(spec.identifier.clone())
        .set_source_db_instance_identifier(set(&from.source_db_instance_identifier))
        .set_source_dbi_resource_id(set(&from.source_dbi_resource_id))
        .set_source_db_instance_automated_backups_arn(set(backups))
        .set_use_latest_restorable_time(from.use_latest_restorable_time)
        .set_max_allocated_storage(spec.max_allocated_storage.filter(|size| *size > 0).map(small))
        .set_restore_time(time);
    Ok(call.send().await.op("rds:RestoreDBInstanceToPointInTime")?.db_instance)
}
