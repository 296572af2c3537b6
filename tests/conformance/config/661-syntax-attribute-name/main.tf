output "a" {
  value = a.
}
