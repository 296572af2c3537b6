output "o" {
  precondition {
    condition = 1 == 1
    error_message = "Y."
  }
}
