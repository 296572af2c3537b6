variable "region" {
  description = "Region of the whole shop"
  type        = string
  default     = "us-east-1"
}

variable "box_instance_type" {
  description = "Type of the one box of the first phase"
  type        = string
  default     = "t3.large"
}

variable "app_instance_types" {
  description = "Instance types of the app tier, each a spot pool of its own"
  type        = list(string)
  default     = ["m6i.large", "m5.large", "m6a.large"]
}

variable "on_demand_base" {
  description = "Instances of the app tier that are never spot"
  type        = number
  default     = 2
}

variable "health_check_path" {
  description = "Path that answers 2xx when an instance can take traffic"
  type        = string
  default     = "/healthz"
}

variable "database_class" {
  description = "Class of the database"
  type        = string
  default     = "db.r6g.large"
}

variable "time_zone" {
  description = "Time zone of the scheduled sizes"
  type        = string
  default     = "Europe/Berlin"
}

variable "protect_data" {
  description = "Whether the database refuses to be deleted, and leaves a last snapshot"
  type        = bool
  default     = true
}
