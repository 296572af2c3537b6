variable "name" {
  description = "Name of the database and of all that belongs to it"
  type        = string
}

variable "vpc_id" {
  description = "The VPC"
  type        = string
}

variable "subnet_ids" {
  description = "Subnets of the database, in at least two zones"
  type        = list(string)
}

variable "client_security_group_ids" {
  description = "Security groups whose members may connect, each under a name"
  type        = map(string)
  default     = {}
}

variable "engine_version" {
  description = "Version of PostgreSQL"
  type        = string
  default     = "16.4"
}

variable "instance_class" {
  description = "Class of the primary; a change fails over to the standby for a moment"
  type        = string
  default     = "db.r6g.large"
}

variable "replica_instance_class" {
  description = "Class of the read replicas; the primary's where unset"
  type        = string
  default     = null
}

variable "replica_count" {
  description = "How many read replicas there are"
  type        = number
  default     = 2
}

variable "allocated_storage" {
  description = "Storage, GiB; it can only grow"
  type        = number
  default     = 100
}

variable "database_name" {
  description = "Database that is made at the start"
  type        = string
  default     = "app"
}

variable "username" {
  description = "Master user"
  type        = string
  default     = "app"
}

variable "multi_az" {
  description = "Whether a standby in another zone takes over when the primary fails"
  type        = bool
  default     = true
}

variable "backup_retention_days" {
  description = "How many days backups are kept; replicas need at least one"
  type        = number
  default     = 7

  validation {
    condition     = var.backup_retention_days >= 1 && var.backup_retention_days <= 35
    error_message = "backup_retention_days must be from 1 to 35: read replicas need backups."
  }
}

variable "parameters" {
  description = "Parameters of PostgreSQL that differ from its defaults"
  type        = map(string)
  default     = {}
}

variable "apply_immediately" {
  description = "Whether changes are made at once instead of in the maintenance window"
  type        = bool
  default     = true
}

variable "deletion_protection" {
  description = "Whether AWS refuses to delete the primary"
  type        = bool
  default     = true
}

variable "skip_final_snapshot" {
  description = "Whether the primary is deleted without a last snapshot"
  type        = bool
  default     = false
}

variable "tags" {
  description = "Tags of everything in the module"
  type        = map(string)
  default     = {}
}
