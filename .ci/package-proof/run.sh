#!/usr/bin/env bash
# Packs every package, restores them from a folder feed in a scratch project with a package cache of its own, compiles
# that ahead of time, and runs it. Needs a C compiler on the path, as every native compilation does.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

for project in "$here"/../../src/*/*.csproj; do
  dotnet pack "$project" -c Release --verbosity quiet -o "$scratch/feed"
done

cp "$here"/PackageProof.csproj "$here"/Program.cs "$scratch"
cat > "$scratch/nuget.config" <<CONFIG
<configuration>
  <packageSources>
    <clear />
    <add key="folder" value="$scratch/feed" />
    <add key="nuget.org" value="https://api.nuget.org/v3/index.json" protocolVersion="3" />
  </packageSources>
  <packageSourceMapping>
    <packageSource key="folder"><package pattern="ProducerConsumer*" /></packageSource>
    <packageSource key="nuget.org"><package pattern="*" /></packageSource>
  </packageSourceMapping>
</configuration>
CONFIG

cd "$scratch"
dotnet publish PackageProof.csproj -c Release --verbosity quiet -o "$scratch/out" -p:RestorePackagesPath="$scratch/packages"
ls "$scratch"/feed
"$scratch/out/PackageProof"
