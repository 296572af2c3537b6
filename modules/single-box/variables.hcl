variable "name" {
  description = "Name of the instance and of all that belongs to it"
  type        = string
}

variable "ami" {
  description = "Image that the instance starts from"
  type        = string
}

variable "instance_type" {
  description = "Type of the instance; a change stops it, changes it and starts it again"
  type        = string
  default     = "t3.small"
}

variable "user_data" {
  description = "Script that runs when the instance first starts"
  type        = string
  default     = null
}

variable "ports" {
  description = "TCP ports that are open to `allowed_cidr`"
  type        = list(number)
  default     = [80, 443]
}

variable "allowed_cidr" {
  description = "Addresses that may reach the ports"
  type        = string
  default     = "0.0.0.0/0"
}

variable "root_volume_size" {
  description = "Size of the root volume, GiB"
  type        = number
  default     = 16
}

variable "data_volume_size" {
  description = "Size of the data volume, GiB; it can only grow"
  type        = number
  default     = 50
}

variable "tags" {
  description = "Tags of everything in the module"
  type        = map(string)
  default     = {}
}
