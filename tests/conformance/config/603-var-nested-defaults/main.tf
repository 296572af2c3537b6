variable "x" {
  type = object({
    a = optional(map(object({ p = optional(number, 80), q = optional(set(string), ["z"]) })), {})
    c = optional(any, "dd")
  })
  default = { a = { k = {}, l = { p = null, q = ["1", 1] } }, extra = 1, c = { r = 1 } }
}
output "x" { value = var.x }
