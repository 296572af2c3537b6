variable "a" { type = map(list(number)) }
variable "b" { type = set(object({ n = string, v = optional(bool, true) })) }
variable "c" { type = tuple([string, map(any)]) }
variable "d" {
  type = object({ l = list(any), m = map(string) })
  nullable = false
}
output "all" { value = [var.a, var.b, var.c, var.d] }
