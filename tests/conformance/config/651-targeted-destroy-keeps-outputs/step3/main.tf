resource "terraform_data" "a" { input = 1 }
resource "terraform_data" "b" { input = terraform_data.a.output }
resource "terraform_data" "c" { input = 3 }
output "o" { value = terraform_data.c.output }
output "p" { value = terraform_data.b.output }
output "q" { value = "k" }
