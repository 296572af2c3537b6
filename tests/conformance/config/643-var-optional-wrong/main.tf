variable "a" {
  type = object({ a = optional(number, "x"), b = optional(list(string), {}), c = optional(), d = optional(string, "x", "y") })
  default = {}
}
