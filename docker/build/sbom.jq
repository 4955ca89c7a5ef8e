# aza-build's SBOM of the entries, with the server's own packages ($packages[0]: objects of name, version, architecture)
# and aza_autoconf.
def package(id; name; version; more):
  {SPDXID: ("SPDXRef-System-" + (id | gsub("[^A-Za-z0-9.-]"; "-"))), name: name, versionInfo: version,
   downloadLocation: "NOASSERTION", filesAnalyzed: false} + more;
[$packages[0][] | package("\(.name)-\(.architecture)"; .name; .version;
  {externalRefs: [{referenceCategory: "PACKAGE-MANAGER", referenceType: "purl",
                   referenceLocator: "pkg:deb/debian/\(.name)@\(.version | @uri)?arch=\(.architecture)"}]})]
  + [package("aza-autoconf"; "aza_autoconf"; $autoconf; {licenseDeclared: "PostgreSQL"})] as $more
| .name = "aza-postgres"
| .documentNamespace += "-" + $digest
| .packages += $more
| .relationships += [$more[] | {spdxElementId: "SPDXRef-DOCUMENT", relationshipType: "DESCRIBES", relatedSpdxElement: .SPDXID}]
