resource "terraform_data" "a" { input = 1 }
resource "terraform_data" "b" { input = 1 }
resource "terraform_data" "c" { input = 1 }
output "a" { value = terraform_data.a.output }
output "b" { value = terraform_data.b.input }
output "c" { value = terraform_data.c.output }
output "k" { value = "one" }
output "gone" { value = "one" }
check "c" {
  assert {
    condition = terraform_data.a.output == 1
    error_message = "a is not 1"
  }
}
