variable "name" {
  description = "Name of the tier and of all that belongs to it; at most 24 characters"
  type        = string

  validation {
    condition     = length(var.name) <= 24
    error_message = "name must have at most 24 characters: load balancers' names may have 32."
  }
}

variable "vpc_id" {
  description = "The VPC"
  type        = string
}

variable "public_subnet_ids" {
  description = "Subnets of the load balancer, in at least two zones"
  type        = list(string)
}

variable "private_subnet_ids" {
  description = "Subnets of the instances"
  type        = list(string)
}

variable "ami" {
  description = "Image that the instances start from; a change replaces them a few at a time"
  type        = string
}

variable "user_data" {
  description = "Script that runs when an instance first starts"
  type        = string
  default     = null
}

variable "instance_types" {
  description = "Instance types that may be used, the preferred one first; each is a spot pool of its own in each zone"
  type        = list(string)
  default     = ["m6i.large", "m5.large", "m6a.large", "m5a.large"]

  validation {
    condition     = length(var.instance_types) >= 3
    error_message = "instance_types must name at least three types: spot capacity of one type runs out."
  }
}

variable "port" {
  description = "Port on which the application listens"
  type        = number
  default     = 8080
}

variable "health_check_path" {
  description = "Path that answers 2xx when an instance can take traffic"
  type        = string
  default     = "/healthz"
}

variable "allowed_cidr" {
  description = "Addresses that may reach the load balancer"
  type        = string
  default     = "0.0.0.0/0"
}

variable "min_size" {
  description = "Fewest instances"
  type        = number
  default     = 3
}

variable "max_size" {
  description = "Most instances"
  type        = number
  default     = 20
}

variable "on_demand_base" {
  description = "Instances that are never spot"
  type        = number
  default     = 2
}

variable "on_demand_percentage" {
  description = "Share of on-demand instances above the base, percent"
  type        = number
  default     = 0
}

variable "cpu_target" {
  description = "Average CPU that scaling aims at, percent"
  type        = number
  default     = 50
}

variable "requests_per_target" {
  description = "Requests per instance and minute that scaling aims at"
  type        = number
  default     = 1000
}

variable "schedules" {
  description = "Sizes by the clock: cron expressions, IANA time zones"
  type = map(object({
    recurrence = string
    size       = number
    time_zone  = optional(string, "Etc/UTC")
  }))
  default = {}
}

variable "tags" {
  description = "Tags of everything in the module, and of the instances"
  type        = map(string)
  default     = {}
}
