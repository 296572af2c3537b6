variable "name" {
  description = "Name of the network; the `Name` tag of all that is in it begins with it"
  type        = string
}

variable "cidr_block" {
  description = "Addresses of the VPC, a /20 or larger; each subnet gets a sixteenth"
  type        = string
  default     = "10.0.0.0/16"

  validation {
    condition     = can(cidrsubnet(var.cidr_block, 4, 15))
    error_message = "cidr_block must be an IPv4 block such as 10.0.0.0/16."
  }
}

variable "zone_count" {
  description = "How many availability zones the network spans"
  type        = number
  default     = 3

  validation {
    condition     = var.zone_count >= 1 && var.zone_count <= 6
    error_message = "zone_count must be from 1 to 6."
  }
}

variable "nat" {
  description = "NAT gateways for the private subnets: `each_zone`, `one` or `none`"
  type        = string
  default     = "each_zone"

  validation {
    condition     = contains(["each_zone", "one", "none"], var.nat)
    error_message = "nat must be each_zone, one or none."
  }
}

variable "tags" {
  description = "Tags of everything in the network"
  type        = map(string)
  default     = {}
}
