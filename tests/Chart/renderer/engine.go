package main

import (
	"fmt"
	"path"
	"sort"
	"strings"
	"text/template"

	"github.com/Masterminds/semver"
	"github.com/Masterminds/sprig"
)

type versions []string

// Has is .Capabilities.APIVersions.Has.
func (v versions) Has(version string) bool {
	for _, known := range v {
		if known == version {
			return true
		}
	}
	return false
}

type kubeVersion struct{ Version, Major, Minor string }

// String and GitVersion are what Helm's object answers with.
func (v kubeVersion) String() string { return v.Version }

// GitVersion is the older name of Version.
func (v kubeVersion) GitVersion() string { return v.Version }

type capabilities struct {
	APIVersions versions
	KubeVersion kubeVersion
	HelmVersion struct{ Version string }
}

// What every cluster of the last years serves; --api-versions adds to it.
var builtIn = versions{
	"v1", "apps/v1", "batch/v1", "policy/v1", "networking.k8s.io/v1", "rbac.authorization.k8s.io/v1", "autoscaling/v2",
}

// render runs every template that is no partial, in the order of their names, and gives the manifests and NOTES.txt apart.
func render(c *chart, values object, given options) (string, string, error) {
	root, data, err := prepare(c, values, given)
	if err != nil {
		return "", "", err
	}
	var names []string
	for name := range c.templates {
		if !strings.HasPrefix(path.Base(name), "_") {
			names = append(names, name)
		}
	}
	sort.Strings(names)
	chartName := c.metadata["name"].(string)
	var manifests, notes strings.Builder
	for _, name := range names {
		full := chartName + "/" + name
		own := object{}
		for key, value := range data {
			own[key] = value
		}
		own["Template"] = object{"Name": full, "BasePath": chartName + "/templates"}
		var output strings.Builder
		if err := root.ExecuteTemplate(&output, full, own); err != nil {
			return "", "", fmt.Errorf("execution error: %w", err)
		}
		// Helm prints nothing where a value is missing; here that is a mistake of the template.
		if at := strings.Index(output.String(), "<no value>"); at >= 0 {
			return "", "", fmt.Errorf("%s prints a value that does not exist: %s", full, line(output.String(), at))
		}
		switch {
		case name == "templates/NOTES.txt":
			notes.WriteString(output.String())
		default:
			for _, document := range strings.Split("\n"+output.String(), "\n---") {
				if strings.TrimSpace(document) != "" {
					fmt.Fprintf(&manifests, "---\n# Source: %s\n%s\n", full, strings.Trim(document, "\n"))
				}
			}
		}
	}
	return manifests.String(), notes.String(), nil
}

func line(text string, at int) string {
	from := strings.LastIndex(text[:at], "\n") + 1
	to := strings.Index(text[at:], "\n")
	if to < 0 {
		return text[from:]
	}
	return text[from : at+to]
}

func prepare(c *chart, values object, given options) (*template.Template, object, error) {
	version, err := semver.NewVersion(given.kubeVersion)
	if err != nil {
		return nil, nil, fmt.Errorf("--kube-version %s: %w", given.kubeVersion, err)
	}
	if wanted, ok := c.metadata["kubeVersion"].(string); ok {
		constraint, err := semver.NewConstraint(wanted)
		if err != nil {
			return nil, nil, fmt.Errorf("Chart.yaml, kubeVersion: %w", err)
		}
		if !constraint.Check(version) {
			return nil, nil, fmt.Errorf("chart requires kubeVersion: %s which is incompatible with Kubernetes %s", wanted, given.kubeVersion)
		}
	}
	existing, err := readExisting(given.existing)
	if err != nil {
		return nil, nil, err
	}
	known := capabilities{APIVersions: append(append(versions{}, builtIn...), given.apiVersions...)}
	known.KubeVersion = kubeVersion{"v" + version.String(), fmt.Sprint(version.Major()), fmt.Sprint(version.Minor())}
	known.HelmVersion.Version = "v3.0.0"
	capitalized := object{}
	for key, value := range c.metadata {
		capitalized[strings.ToUpper(key[:1])+key[1:]] = value
	}
	data := object{
		"Values":       values,
		"Chart":        capitalized,
		"Files":        files(c.files),
		"Capabilities": known,
		"Release": object{
			"Name": given.name, "Namespace": given.namespace, "Service": "Helm", "Revision": 1,
			"IsInstall": !given.upgrade, "IsUpgrade": given.upgrade,
		},
	}

	root := template.New("root").Option("missingkey=zero")
	root.Funcs(functions(root, existing, given))
	for name, text := range c.templates {
		if _, err := root.New(c.metadata["name"].(string) + "/" + name).Parse(text); err != nil {
			return nil, nil, fmt.Errorf("parse error: %w", err)
		}
	}
	return root, data, nil
}

// still replaces what sprig draws at random, so that two renderings can be compared.
func still(known template.FuncMap) {
	for _, name := range []string{"randAlphaNum", "randAlpha", "randAscii", "randNumeric", "randBytes"} {
		known[name] = func(count int) string { return strings.Repeat("x", count) }
	}
	known["uuidv4"] = func() string { return "00000000-0000-4000-8000-000000000000" }
	pair := object{"Cert": "certificate", "Key": "key"}
	known["genCA"] = func(name string, days int) object { return pair }
	known["genSignedCert"] = func(name string, addresses, names []interface{}, days int, by interface{}) object {
		return object{"Cert": fmt.Sprint(name, addresses, names, days), "Key": "key"}
	}
	known["htpasswd"] = func(user, password string) string { return user + ":" + password }
	known["now"] = func() string { return "" }
}

func functions(root *template.Template, existing []object, given options) template.FuncMap {
	known := sprig.TxtFuncMap()
	delete(known, "env")
	delete(known, "expandenv")
	if given.still {
		still(known)
	}
	known["toYaml"] = toYaml
	known["fromYaml"] = fromYaml
	known["fromYamlArray"] = fromYamlArray
	known["toJson"] = toJSON
	known["fromJson"] = fromYaml
	known["fromJsonArray"] = fromYamlArray
	known["required"] = func(message string, value interface{}) (interface{}, error) {
		if text, isText := value.(string); value == nil || isText && text == "" {
			return value, fmt.Errorf("%s", message)
		}
		return value, nil
	}
	known["fail"] = func(message string) (string, error) { return "", fmt.Errorf("%s", message) }
	known["lookup"] = func(version, kind, namespace, name string) object {
		return find(existing, version, kind, namespace, name)
	}

	depth := map[string]int{}
	include := func(of *template.Template) func(string, interface{}) (string, error) {
		return func(name string, data interface{}) (string, error) {
			if depth[name]++; depth[name] > 100 {
				return "", fmt.Errorf("%s includes itself without end", name)
			}
			defer func() { depth[name]-- }()
			var output strings.Builder
			err := of.ExecuteTemplate(&output, name, data)
			return output.String(), err
		}
	}
	known["include"] = include(root)
	known["tpl"] = func(text string, data interface{}) (string, error) {
		copied, err := root.Clone()
		if err != nil {
			return "", err
		}
		copied.Option("missingkey=zero").Funcs(template.FuncMap{"include": include(copied)})
		parsed, err := copied.New("tpl").Parse(text)
		if err != nil {
			return "", fmt.Errorf("tpl of %q: %w", text, err)
		}
		var output strings.Builder
		err = parsed.Execute(&output, data)
		return output.String(), err
	}
	return known
}
