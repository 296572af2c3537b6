"""Configurations to measure with: a shape and a size make a folder of files."""


def chain(count):
    """Each resource in its own block, referring to one before it, so that paths are as long as a logarithm."""
    blocks = ['resource "terraform_data" "x0" { input = "0" }\n']
    blocks += [
        f'resource "terraform_data" "x{index}" {{ input = terraform_data.x{(index * 7919) % index}.output }}\n'
        for index in range(1, count)
    ]
    return {"main.tf": "".join(blocks)}


def line(count):
    """Each resource refers to the one just before it: a path as long as the file."""
    blocks = ['resource "terraform_data" "x0" { input = 0 }\n']
    blocks += [
        f'resource "terraform_data" "x{index}" {{ input = terraform_data.x{index - 1}.output }}\n'
        for index in range(1, count)
    ]
    return {"main.tf": "".join(blocks)}


def tree(count):
    """Modules five deep, `count` times side by side, each call a block of its own; a resource at the bottom."""
    calls = "".join(f'module "m{index}" {{\n  source = "./a"\n  name = "n{index}"\n}}\n' for index in range(count))
    names = ",".join(f"module.m{index}.name" for index in range(count))
    files = {"main.tf": f'{calls}output "all" {{ value = [{names}] }}\n'}
    path, variable = "", 'variable "name" { type = string }\n'
    for name, below in zip("abcd", ("b", "c", "d", None)):
        path += f"{name}/"
        if below:
            inner = f'module "next" {{\n  source = "./{below}"\n  name = "${{var.name}}-{name}"\n}}\n'
            inner += 'output "name" { value = module.next.name }\n'
        else:
            inner = 'resource "terraform_data" "leaf" { input = var.name }\n'
            inner += 'output "name" { value = terraform_data.leaf.output }\n'
        files[f"{path}main.tf"] = variable + inner
    return files


def each(count):
    """`for_each` over `count` keys, and over the same keys again with references from instance to instance."""
    keys = "flatten([for a in range(%d) : [for b in range(100) : a * 100 + b]])" % (count // 100)
    return {
        "main.tf": f"""locals {{ keys = {{ for i in {keys} : "key${{i}}" => i }} }}
resource "terraform_data" "x" {{
  for_each = local.keys
  input    = each.value
}}
resource "terraform_data" "y" {{
  for_each = local.keys
  input    = terraform_data.x[each.key].output
}}
"""
    }


def splat(count):
    """`count` instances, and splats over all of them: in a local, an output and another resource."""
    return {
        "main.tf": f"""resource "terraform_data" "x" {{
  count = {count}
  input = count.index
}}
locals {{ all = terraform_data.x[*].output }}
output "length" {{ value = length(local.all) }}
output "ids" {{ value = terraform_data.x[*].id }}
resource "terraform_data" "y" {{ input = terraform_data.x[*].output }}
"""
    }


ALL = {"chain": chain, "line": line, "tree": tree, "each": each, "splat": splat}


def write(shape, count, folder):
    """Writes the files of a shape into a folder."""
    for name, text in ALL[shape](count).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
