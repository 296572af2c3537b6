module "m" { source = "./m" }
output "o" { value = module.m }
module "n" {
  source = "./m"
  count = 2
}
output "p" { value = module.n }
output "q" { value = module.n[*].a }
output "r" { value = module.n.a }
