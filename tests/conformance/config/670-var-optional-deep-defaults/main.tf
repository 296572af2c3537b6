variable "o" {
  type = object({
    name = optional(string, "n")
    net  = optional(object({
      cidr = optional(string, "10.0.0.0/8")
      tags = optional(map(string), { a = "b" })
      sub  = optional(list(object({ id = optional(number, 7), z = optional(string) })), [{}, { id = 1 }])
    }), {})
    none = optional(object({ a = optional(string, "x") }))
  })
  default = { net = { cidr = null } }
}
output "o" { value = var.o }
