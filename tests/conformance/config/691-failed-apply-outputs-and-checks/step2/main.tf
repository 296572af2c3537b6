resource "terraform_data" "a" { input = 2 }
resource "terraform_data" "b" { 
  input = 2
  lifecycle {
    postcondition {
      condition = self.output == 1
      error_message = "Is ${self.output}."
    }
  }
}
resource "terraform_data" "c" {
  input = terraform_data.b.output
}
output "a" { value = terraform_data.a.output }
output "b" { value = terraform_data.b.input }
output "c" { value = terraform_data.c.output }
output "k" { value = "two" }
output "n" { value = "new" }
check "c" {
  assert {
    condition = terraform_data.a.output == 1
    error_message = "a is not 1"
  }
}
check "d" {
  assert {
    condition = terraform_data.c.output == 1
    error_message = "c is not 1"
  }
}
